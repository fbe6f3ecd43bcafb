// A member who has no password yet gets in by a link, on a phone.
import { expect, test } from "../support/fixtures";
import { look } from "../support/look";

test("a member chooses a password with a link, and is signed in", async ({ page, latchkey }) => {
  const made = latchkey.cli(["member", "invite", "member@example.com", "--public-url", latchkey.url]);
  const link = made.trim().split(/\s+/).at(-1)!;
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(link);
  await look(page, "sign-in-link");
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByLabel("Choose a password").fill("short");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("needs at least 8 characters")).toBeVisible();
  await expect(page.getByLabel("Choose a password")).toBeFocused();
  await page.getByLabel("Choose a password").fill("a river in the hills");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("Welcome, Max Member.")).toBeVisible();
  // It works once.
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
  await look(page, "sign-in-link-over");
});
