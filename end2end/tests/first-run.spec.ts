// The first run: the printed link, the network and its first host; then signing out and in.
import { expect, test as base } from "@playwright/test";
import { Latchkey, PASSWORD } from "../support/latchkey";

const test = base.extend<{ fresh: Latchkey }>({
  fresh: async ({}, use) => {
    const fresh = await Latchkey.start();
    await use(fresh);
    await fresh.dispose();
  },
});

test("the printed link creates the network and its first host, once", async ({ page, fresh }) => {
  const link = fresh.output.match(/http:\/\/\S+\/setup\?token=[\w-]+/)?.[0];
  expect(link, fresh.output).toBeTruthy();
  await page.goto(link!);
  await page.getByLabel("Network name").fill("Book Club");
  await page.getByLabel("Your name").fill("Hanna Host");
  await page.getByLabel("Email").fill("hanna@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/setup"));
  await page.goto(`${fresh.url}/admin`);
  await expect(page.getByRole("heading", { name: "OAuth Applications", exact: true })).toBeVisible();
  await expect(page.getByText("Book Club").first()).toBeVisible();

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto(link!);
  await expect(page.getByLabel("Network name")).toHaveCount(0);
  await page.goto(`${fresh.url}/admin`);
  expect(new URL(page.url()).pathname).toBe("/sign-in");
});

test("setup without the right token shows no form", async ({ page, fresh }) => {
  for (const path of ["/setup", "/setup?token=wrong"]) {
    const response = await page.goto(fresh.url + path);
    expect(response!.status()).toBeGreaterThanOrEqual(400);
    await expect(page.getByLabel("Network name")).toHaveCount(0);
  }
});

test("sign-in works without JavaScript and keeps the email when the password is wrong", async ({ browser, fresh }) => {
  fresh.addMember("host@example.com", "Hanna Host", "host");
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${fresh.url}/sign-in`);
  await page.getByLabel("Email").fill("host@example.com");
  await page.getByLabel("Password").fill("wrong password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("The email or the password is wrong.")).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue("host@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  await context.close();
});
