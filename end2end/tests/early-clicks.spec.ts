// What people do on a slow line before the WebAssembly runs is done when it does, in the order in which they did it.
import { AdminPage, expect, Page, PATH, test } from "../support/fixtures";
import { onSlowLine, SLOW_3G } from "../support/slow";

/** Runs `act` when the HTML is complete, while the WebAssembly is held back. Then waits until it runs. */
async function early(admin: AdminPage, act: (page: Page) => Promise<void>, path = ""): Promise<void> {
  const { page } = admin;
  await page.route("**/*.wasm", async (route) => {
    await page.waitForLoadState("domcontentloaded");
    await act(page);
    await expect(page.locator("body")).not.toHaveAttribute("data-ready");
    await route.continue();
  });
  await page.goto(admin.latchkey.url + PATH + path);
  await admin.ready();
}

for (const moment of [0, 500, 1_500, 3_000]) {
  test(`a click ${moment} ms after the first paint is not lost`, async ({ admin, browser, latchkey }) => {
    const { client_id } = latchkey.addApplication("Early");
    const slow = await onSlowLine(admin, browser, SLOW_3G);
    await slow.page.goto(latchkey.url + PATH, { waitUntil: "commit" });
    const reveal = slow.page.locator("[id^=reveal-]").first();
    await reveal.waitFor({ timeout: 30_000 });
    await slow.page.evaluate((wait) => new Promise((done) => setTimeout(done, wait)), moment);
    await reveal.click();
    await expect(slow.page.locator(".secret").first()).toHaveText(/^[A-Za-z0-9_-]{43}$/, { timeout: 60_000 });
    await slow.page.goto(latchkey.url + PATH, { waitUntil: "commit" });
    await slow.page.locator(`#edit-${client_id}`).click({ timeout: 30_000 });
    await expect(slow.dialog).toHaveAccessibleName("Edit Early", { timeout: 60_000 });
    await slow.page.context().close();
  });
}

test("several clicks in a row are all done", async ({ admin, latchkey }) => {
  latchkey.addApplication("First");
  latchkey.addApplication("Second");
  await early(admin, async (page) => {
    const reveals = page.locator("[id^=reveal-]");
    await expect(reveals).toHaveCount(2);
    await reveals.nth(0).click();
    await reveals.nth(1).click();
    // A second click on the same button is impatience.
    await reveals.nth(1).click();
    await expect(reveals.nth(1)).toHaveAttribute("aria-busy", "true");
  });
  for (const name of ["First", "Second"]) {
    await expect(admin.card(name).locator(".secret")).toHaveText(/^[A-Za-z0-9_-]{43}$/);
  }
});

test("a link after a button waits for the button", async ({ admin, latchkey }) => {
  const { client_id } = latchkey.addApplication("First");
  const revealed = admin.page.waitForRequest("**/api/applications/secrets/reveal");
  await early(admin, async (page) => {
    await page.locator("[id^=reveal-]").click();
    await page.locator(`#edit-${client_id}`).click();
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
  });
  await revealed;
  await expect(admin.dialog).toHaveAccessibleName("Edit First");
});

test("typed text and a chosen order are kept", async ({ admin, latchkey }) => {
  latchkey.addApplication("Zebra");
  latchkey.addApplication("Zoo");
  latchkey.addApplication("Apple");
  await early(admin, async (page) => {
    await page.locator("#search").pressSequentially("Zoo");
    await page.locator("#search").blur();
  });
  await expect(admin.page.locator("#search")).toHaveValue("Zoo");
  await expect(admin.cards).toHaveCount(1);
  await admin.page.unroute("**/*.wasm");
  await early(admin, async (page) => {
    await page.locator("#sort").selectOption("name");
  });
  await expect(admin.page).toHaveURL(/sort=name/);
  await expect(admin.cards.first()).toHaveAccessibleName("Apple");
});

test("a form of a tab that was filled in and saved early is saved", async ({ admin, latchkey }) => {
  const { client_id } = latchkey.addApplication("Before");
  await early(
    admin,
    async (page) => {
      await page.getByLabel("Application Name").fill("After");
      await page.locator("#skip-consent").check();
      await page.locator("#save").click();
    },
    `/${client_id}/settings`,
  );
  await expect(admin.toast).toContainText("Changes saved");
  expect(JSON.parse(latchkey.cli(["app", "show", client_id, "--json"]))).toMatchObject({ name: "After", skip_consent: true });
});

test("without JavaScript a link still leads to its address", async ({ admin, browser, latchkey }) => {
  const { client_id } = latchkey.addApplication("Plain");
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: await admin.page.context().storageState() });
  const page = await context.newPage();
  await page.goto(latchkey.url + PATH);
  await page.locator(`#edit-${client_id}`).click();
  await expect(page).toHaveURL(new RegExp(`${PATH}/${client_id}/edit$`));
  await context.close();
});
