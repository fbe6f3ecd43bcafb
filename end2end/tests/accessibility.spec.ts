// axe-core on every page and open dialog, in light and dark; no sideways scrolling from 360 px up; screenshots to look at.
import AxeBuilder from "@axe-core/playwright";
import { mkdirSync } from "node:fs";
import { AdminPage, expect, Page, PATH, signIn, test } from "../support/fixtures";

const SCREENSHOTS = "screenshots";
const WIDTHS = [360, 768, 1440];

async function check(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(sideways, `${name} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `${SCREENSHOTS}/${name}-${width}-${scheme}.png` });
    }
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.html).join(" | ")}`), `${name} ${scheme}`).toEqual([]);
  }
}

async function populate(admin: AdminPage, count: number): Promise<string> {
  let last = "";
  for (let number = 1; number <= count; number++) {
    const scopes = ["host:read:network_members", "host:read:network_events", "read:userinfo", "write:posts"].flatMap((scope) => ["--scope", scope]);
    const name = number % 2 ? `CRM Integration ${number}` : `Mobile App ${number}`;
    last = admin.latchkey.addApplication(name, ...scopes, ...(number % 2 ? [] : ["--public"])).client_id;
  }
  return last;
}

for (const count of [0, 1, 40]) {
  test(`the page with ${count} applications`, async ({ admin }) => {
    await populate(admin, count);
    await admin.open();
    await expect(admin.cards).toHaveCount(Math.min(count, 20));
    await check(admin.page, `applications-${count}`);
  });
}

test("the dialogs", async ({ admin }) => {
  const id = await populate(admin, 1);
  for (const dialog of ["new", `${id}/edit`, `${id}/duplicate`, `${id}/delete`, `${id}/disconnect`]) {
    await admin.open(`/${dialog}`);
    await expect(admin.dialog).toBeVisible();
    await check(admin.page, `dialog-${dialog.split("/").pop()}`);
  }
});

test("the form with errors, with warnings, and with the server refusing", async ({ admin }) => {
  const id = await populate(admin, 1);
  await admin.open("/new");
  await admin.fill({ uris: "http://evil.example/cb" });
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.dialog.locator("#name-error")).toBeVisible();
  await check(admin.page, "dialog-new-errors");

  await admin.open(`/${id}/edit`);
  await admin.fill({ confidential: false });
  await check(admin.page, "dialog-edit-destroys-secret");

  await admin.page.context().clearCookies();
  await admin.dialog.getByRole("button", { name: "Save" }).click();
  await expect(admin.dialog).toContainText("You have been signed out");
  await check(admin.page, "dialog-edit-refused");
});

test("a fresh secret, a paused card, a search without a match, a plan below Scale", async ({ admin, latchkey }) => {
  await admin.create("Fresh");
  await admin.card("Fresh").getByRole("button", { name: "Pause Fresh" }).click();
  await expect(admin.card("Fresh").getByText("Paused", { exact: true })).toBeVisible();
  await check(admin.page, "applications-fresh-secret");
  await admin.open("?q=nothing");
  await check(admin.page, "applications-no-match");
  latchkey.cli(["network", "set", "--plan", "launch"]);
  await admin.open();
  await check(admin.page, "applications-plan-launch");
});

test("the plain pages", async ({ page, latchkey }) => {
  await page.goto(`${latchkey.url}/sign-in`);
  await check(page, "sign-in");
  await page.getByLabel("Email").fill("host@example.com");
  await page.getByLabel("Password").fill("wrong password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await check(page, "sign-in-wrong");
  await signIn(page, latchkey, "member@example.com");
  await page.goto(`${latchkey.url}/`);
  await check(page, "home");
  await page.goto(`${latchkey.url}/account/sessions`);
  await check(page, "sessions");
  await page.goto(`${latchkey.url}${PATH}`);
  await check(page, "forbidden");
  await page.goto(`${latchkey.url}/nowhere`);
  await check(page, "not-found");
});
