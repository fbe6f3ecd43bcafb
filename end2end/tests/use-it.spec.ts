// The page "Use it": one click copies each block, and copies the settings with their secret even while it is masked.
import { expect, PATH, test } from "../support/fixtures";
import { look } from "../support/look";

const LANGUAGES = [
  { id: "curl", name: "curl", file: "connect.sh" },
  { id: "node", name: "Node.js", file: "connect.mjs" },
  { id: "python", name: "Python", file: "connect.py" },
  { id: "rust", name: "Rust", file: "src/main.rs" },
];

test("from the card to every block in the clipboard", async ({ admin, latchkey }) => {
  const { page } = admin;
  const { client_id, client_secret } = latchkey.addApplication("CRM");
  await admin.open();
  await admin.choose("CRM", "Use it");
  await expect(page.getByRole("heading", { level: 1, name: "CRM" })).toBeVisible();

  // While the secret is masked, copying includes it and shows nothing of it.
  await page.getByRole("button", { name: "Copy .env" }).click();
  await expect(page.getByRole("status")).toHaveText("Copied");
  const settings = await admin.clipboard();
  expect(settings).toContain(`\nOAUTH_CLIENT_ID=${client_id}\nOAUTH_CLIENT_SECRET=${client_secret}\n`);
  expect(await page.content()).not.toContain(client_secret!);
  const shown = await page.locator("#env").textContent();
  expect(shown!.replace(/•+/, client_secret!)).toBe(settings);

  for (const { id, name, file } of LANGUAGES) {
    await page.getByText(name, { exact: true }).first().click();
    await page.getByRole("button", { name: `Copy ${file}` }).click();
    await expect(page.getByRole("button", { name: `Copy ${file}` })).toHaveText("Copied");
    expect(await admin.clipboard()).toBe(await page.locator(`#${id}`).textContent());
    await page.getByRole("button", { name: "Copy the command" }).click();
    await expect(page.getByRole("button", { name: "Copy the command" })).toHaveText("Copied");
    expect(await admin.clipboard()).toBe(await page.locator(`#run-${id}`).textContent());
  }

  await page.getByRole("button", { name: "Show the secret" }).click();
  await expect(page.locator("#env")).toContainText(`OAUTH_CLIENT_SECRET=${client_secret}`);
  await page.getByRole("button", { name: "Copy .env" }).click();
  await expect(page.getByRole("status")).toHaveText("Copied");
  expect(await admin.clipboard()).toBe(settings);
  await page.getByRole("link", { name: "Hide the secret" }).click();
  await expect(page.locator("#env")).not.toContainText(client_secret!);
});

test("the languages are chosen with the keyboard", async ({ admin, latchkey }) => {
  const { client_id } = latchkey.addApplication("CRM");
  const { page } = admin;
  await page.goto(`${latchkey.url}${PATH}/${client_id}/use`);
  await page.getByRole("radio", { name: "curl" }).focus();
  await expect(page.locator("#curl")).toBeVisible();
  for (const { id } of LANGUAGES.slice(1)) {
    await page.keyboard.press("ArrowRight");
    await expect(page.locator(`#${id}`)).toBeVisible();
  }
  await expect(page.locator("#curl")).toBeHidden();
});

test("copying with the session over says so", async ({ admin, latchkey }) => {
  const { client_id } = latchkey.addApplication("CRM");
  const { page } = admin;
  await page.goto(`${latchkey.url}${PATH}/${client_id}/use`);
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Copy .env" }).click();
  await expect(page.getByRole("status")).toHaveText("Not copied: sign in again");
});

test("it looks as it should, and works without scripts", async ({ admin, latchkey, browser }) => {
  const { page } = admin;
  const uris = ["http://127.0.0.1:5173/callback", "https://staging.myapp.example/a/rather/long/path/to/the/oauth/callback"];
  const flags = uris.flatMap((uri) => ["--redirect-uri", uri]);
  const several = latchkey.addApplication("CRM Integration", ...flags, "--scope", "host:read:network_members");
  await page.goto(`${latchkey.url}${PATH}/${several.client_id}/use`);
  await look(page, "use-it");
  await page.getByRole("button", { name: "Show the secret" }).click();
  await look(page, "use-it-secret");
  const mobile = latchkey.addApplication("Mobile App", "--public", "--redirect-uri", "com.example.app:/cb");
  await page.goto(`${latchkey.url}${PATH}/${mobile.client_id}/use`);
  await page.getByText("Python", { exact: true }).first().click();
  await look(page, "use-it-public");
  await page.getByRole("heading", { name: "3. What happens next" }).scrollIntoViewIfNeeded();
  await look(page, "use-it-then");

  const context = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  const plain = await context.newPage();
  await plain.goto(`${latchkey.url}${PATH}/${several.client_id}/use`);
  await expect(plain.getByRole("button", { name: "Copy .env" })).toHaveCount(0);
  await plain.getByLabel("Redirect URI").selectOption(uris[1]);
  await plain.getByRole("button", { name: "Use this one" }).click();
  await plain.getByRole("button", { name: "Show the secret" }).click();
  await expect(plain.locator("#env")).toContainText(several.client_secret!);
  await expect(plain.locator("#env")).toContainText(`OAUTH_REDIRECT_URI=${uris[1]}`);
  await plain.getByText("Rust", { exact: true }).first().click();
  await expect(plain.locator("#rust")).toBeVisible();
  await context.close();
});
