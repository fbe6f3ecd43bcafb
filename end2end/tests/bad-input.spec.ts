// Invalid values of the form on the page: each is refused beside its field and stays as typed, and nothing is stored.
// server/tests/bad_input.rs tests the server functions directly.
import { expect, test } from "../support/fixtures";

const GOOD = { name: "Mobile App", uris: "https://myapp.com/oauth/callback" };

const CASES: [field: "name" | "uris", what: string, value: string, words: RegExp][] = [
  ["name", "blanks", "   ", /cannot be blank/],
  ["name", "1 MB", "x".repeat(1_000_000), /at most 80 characters; this has 1000000/],
  ["name", "a zero-width space", "Pay\u200bPal", /invisible character at position 4/],
  ["name", "a change of direction", "abc\u202egpj", /invisible character/],
  ["uris", "500 of them", Array.from({ length: 500 }, (_, n) => `https://a.example/${n}`).join("\n"), /at most 20/],
  ["uris", "javascript in odd capitals", "JaVaScRiPt:alert(1)", /can run code/],
  ["uris", "a tab in the scheme", "java\tscript:alert(1)", /control character/],
  ["uris", "a look-alike of https", "ｈttps://myapp.com/cb", /not ASCII/],
  ["uris", "http on a host that begins like localhost", "http://localhost.evil.com/cb", /use https/],
  ["uris", "another host behind an @", "https://myapp.com@evil.com/cb", /user name or password/],
  ["uris", "a fragment", "https://myapp.com/cb#x", /fragment/],
  ["uris", "a wildcard", "https://*.myapp.com/cb", /wildcard/],
];

test("what is wrong with a field is said beside it, and nothing is stored", async ({ admin, latchkey }) => {
  await admin.openNew();
  await admin.dialog.getByRole("checkbox", { name: "read:posts" }).check();
  for (const [field, what, value, words] of CASES) {
    await admin.fill({ ...GOOD, [field]: value });
    await admin.dialog.getByRole("button", { name: "Create" }).click();
    const error = admin.dialog.locator(field === "name" ? "#name-error" : "#redirect-uris-error");
    await expect(error, what).toHaveText(words);
    const input = admin.dialog.getByLabel(field === "name" ? "Application Name" : "Redirect URI");
    await expect(input, what).toBeFocused();
    expect(await input.inputValue(), what).toBe(value);
  }
  expect(latchkey.cli(["app", "list", "--json"])).toMatch(/^\s*(\[\s*\]|\{.*"applications":\s*\[\s*\].*\})\s*$/s);
  await admin.fill(GOOD);
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.card("Mobile App")).toBeVisible();
});
