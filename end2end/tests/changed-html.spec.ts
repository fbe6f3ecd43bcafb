// Changes by other programs: translators, password managers and proxies change the HTML before the WebAssembly runs,
// and translators continue afterwards.
import { AdminPage, expect, Page, PATH, signIn, test } from "../support/fixtures";
import { decorate, translate } from "../support/changes";
import { Latchkey } from "../support/latchkey";
import { look } from "../support/look";

const CHANGES: [what: string, change: () => void][] = [
  ["a translator", translate],
  ["a password manager", decorate],
  ["both", () => {}],
];

/** Opens the page and runs `change` when its HTML is complete and its WebAssembly has not arrived. */
async function openChanged(page: Page, latchkey: Latchkey, change: () => unknown): Promise<AdminPage> {
  await page.route("**/*.wasm", async (route) => {
    await page.waitForLoadState("domcontentloaded");
    await change();
    await route.continue();
  });
  const admin = new AdminPage(page, latchkey);
  await admin.open();
  return admin;
}

/** Checks that the page works. */
async function works(admin: AdminPage): Promise<void> {
  const { page } = admin;
  await expect(page.getByRole("banner")).toHaveCount(1);
  await expect(admin.cards).toHaveCount(2);
  await page.getByLabel("Search by name, client ID or redirect host").fill("Second");
  await expect(admin.cards).toHaveCount(1);
  await page.getByLabel("Search by name, client ID or redirect host").fill("");
  await expect(admin.cards).toHaveCount(2);
  await admin.card("First").getByRole("link", { name: "Edit First" }).click();
  await admin.fill({ name: "Renamed" });
  await admin.dialog.getByRole("button", { name: "Save" }).click();
  await expect(admin.card("Renamed")).toBeVisible();
  await admin.create("Third");
}

test.beforeEach(async ({ page, latchkey }) => {
  latchkey.addApplication("First");
  latchkey.addApplication("Second");
  await signIn(page, latchkey, "host@example.com");
});

for (const [what, change] of CHANGES) {
  test(`the page works after ${what} changed it before it started`, async ({ page, latchkey }) => {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    const admin = await openChanged(page, latchkey, async () => {
      if (what === "both") {
        await page.evaluate(translate);
        await page.evaluate(decorate);
      } else {
        await page.evaluate(change);
      }
    });
    await works(admin);
    expect(problems).toEqual([]);
  });
}

test("the page works behind a proxy that strips comments and white space", async ({ page, latchkey }) => {
  await page.route(`**${PATH}`, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/<!--.*?-->|<!>/gs, "").replace(/>\s+</g, "><");
    await route.fulfill({ response, body });
  });
  const admin = new AdminPage(page, latchkey);
  await admin.open();
  await works(admin);
});

test("what was typed before the page started stays, and so does the focus", async ({ page, latchkey }) => {
  const admin = await openChanged(page, latchkey, async () => {
    await page.getByLabel("Search by name, client ID or redirect host").pressSequentially("Sec");
  });
  const search = page.getByLabel("Search by name, client ID or redirect host");
  await expect(search).toBeFocused();
  await expect(search).toHaveValue("Sec");
  await expect(admin.cards).toHaveCount(1);
  await page.keyboard.type("ond");
  await expect(search).toHaveValue("Second");
});

test("texts that change are seen on a translated page", async ({ page, latchkey }) => {
  for (let number = 1; number <= 50; number++) latchkey.addApplication(`Another ${number}`);
  const admin = new AdminPage(page, latchkey);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await admin.open("?q=First");
  const card = page.locator("article").first();
  await page.evaluate(translate);
  await expect(card.locator("h2")).toHaveText("«First»");

  // Each of these texts changes.
  await expect(card.locator(".health-text")).toHaveText("«Never used»");
  await card.locator("[id^=more-]").click();
  await card.locator("[id^=pause-]").click();
  await expect(card.locator(".health-text")).toHaveText("Paused");
  await expect(admin.toast).toContainText("First paused");
  await page.evaluate(translate);
  await card.locator("[id^=more-]").click();
  await expect(card.locator("[id^=pause-]")).toHaveText("Resume");
  await card.locator("[id^=pause-]").click();
  await expect(card.locator(".health-text")).toHaveText("Never used");
  await expect(admin.toast).toContainText("First resumed");

  await page.evaluate(translate);
  await card.locator("[id^=edit-]").click();
  await page.evaluate(translate);
  await admin.dialog.locator("#name").fill("");
  await admin.dialog.locator("button[type=submit]").click();
  await expect(admin.dialog.locator("#name-error")).toHaveText(/cannot be blank/);
  await page.evaluate(translate);
  await admin.dialog.locator("#name").fill("x\u202ey");
  await expect(admin.dialog.locator("#name-error")).toHaveText(/invisible character/);
  await admin.dialog.locator("#name").fill("First of all");
  await admin.dialog.locator("#confidential").uncheck();
  await admin.dialog.locator("button[type=submit]").click();
  await expect(card.locator("h2")).toHaveText("First of all");
  await expect(card.locator(".card-type")).toContainText("Public");
  await expect(card.locator(".card-type")).not.toContainText("«Confidential");

  await page.evaluate(translate);
  await page.locator("#search").fill("Another");
  await expect(page.locator(".count")).toHaveText("50 applications match “Another”");
  await page.evaluate(translate);
  await page.locator("#search").fill("nothing at all");
  await expect(page.getByRole("heading", { name: "Nothing matches “nothing at all”" })).toBeVisible();
  await page.evaluate(translate);
  await page.locator("#search").fill("nothing at al");
  await expect(page.getByRole("heading", { name: "Nothing matches “nothing at al”" })).toBeVisible();
  await page.locator("#search").fill("");
  await expect(page.locator(".count")).toHaveText("52 applications");
  await page.evaluate(translate);
  await page.locator(".pager a[rel=next]").click();
  await expect(page.locator(".pager span").first()).toHaveText("Page 2 of 2");
  expect(problems).toEqual([]);
});

test("ids, secrets, scopes and addresses are not for translators", async ({ page, latchkey }) => {
  const admin = new AdminPage(page, latchkey);
  const id = latchkey.addApplication("Third", "--scope", "host:read:network_members").client_id;
  const paths = [
    PATH, `${PATH}/new`, `${PATH}/${id}/edit`, `${PATH}/${id}`, `${PATH}/${id}/credentials`, `${PATH}/${id}/settings`,
    `${PATH}/${id}/use`, `${PATH}/${id}/activity`, `${PATH}/${id}/members`,
    "/admin/headless-api", "/admin/headless-api/explorer", "/admin/audit", "/account/sessions",
  ];
  for (const path of paths) {
    await page.goto(latchkey.url + path);
    if (path.startsWith(PATH) && !/use$|activity$|members$/.test(path)) await admin.ready();
    await page.evaluate(translate);
    const text = await page.locator("body").innerText();
    for (const found of text.match(/«[^»]*»/g) ?? []) {
      expect(found, path).not.toMatch(/(read|write|host):|https?:\/\/|@example|[A-Za-z0-9_-]{43}|[0-9a-f]{16}/);
    }
  }
});

test("a page that cannot start, or stops, says so and offers to reload", async ({ page, latchkey }) => {
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto(latchkey.url + PATH);
  await expect(page.getByRole("alert")).toContainText("This page stopped working. Reload");
  await look(page, "stopped");
  await page.unroute("**/*.wasm");
  await page.getByRole("link", { name: "Reload" }).click();
  const admin = new AdminPage(page, latchkey);
  await admin.ready();
  await expect(page.getByRole("alert")).toHaveCount(0);

  // A panic traps the WebAssembly. While a dialog is open, only its content can be reached.
  await admin.openNew();
  await page.evaluate(() => setTimeout(() => { throw new WebAssembly.RuntimeError("unreachable"); }));
  await expect(admin.dialog.getByRole("alert")).toContainText("This page stopped working");
  await look(page, "stopped-dialog");
  await admin.dialog.getByRole("link", { name: "Reload" }).click();
  await admin.ready();
  await expect(admin.dialog).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("Copy works where the browser gives the page no clipboard", async ({ page, latchkey }) => {
  // As on a page without HTTPS.
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "clipboard", { get: () => undefined }));
  const admin = new AdminPage(page, latchkey);
  const { client_id, client_secret } = latchkey.addApplication("Plain");
  await admin.open();
  const search = page.getByLabel("Search by name, client ID or redirect host");
  for (const [what, value] of [["Client ID", client_id], ["Client Secret", client_secret]] as const) {
    const button = admin.card("Plain").getByRole("button", { name: `Copy ${what}` });
    await button.click();
    await expect(admin.toast).toContainText(`${what} copied`);
    await expect(button).toBeFocused();
    await search.fill("");
    await search.press("ControlOrMeta+v");
    await expect(search).toHaveValue(value!);
    await search.fill("");
    await expect(admin.card("Plain")).toBeVisible();
  }
});
