// Settings > Network, logos, and Home, in a browser.
import { boxes } from "../support/boxes";
import { Client } from "../support/client";
import { expect, PATH, signIn, test } from "../support/fixtures";
import { look } from "../support/look";
import { PIXEL } from "../support/pixel";

/** A picture of one red pixel. */

test("a host gives the network a name, a colour and a logo, which sign-in shows", async ({ page, latchkey }) => {
  await signIn(page, latchkey, "host@example.com", "/admin/settings/network");
  await expect(page.getByRole("link", { name: "Network", exact: true })).toHaveAttribute("aria-current", "page");
  await look(page, "network");
  await page.getByLabel("Name", { exact: true }).fill("The Harbor Street Makers and Menders of the Old Town");
  await page.getByLabel("Accent colour (optional)").fill("yellow");
  await page.getByLabel("Terms (optional)").fill("https://makers.example/terms");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("must be # and six hexadecimal digits")).toBeVisible();
  await expect(page.getByLabel("Accent colour (optional)")).toBeFocused();
  await look(page, "network-wrong");
  await page.getByLabel("Accent colour (optional)").fill("#ffd400");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The changes are saved.")).toBeVisible();

  await page.getByLabel("Logo", { exact: true }).setInputFiles({ name: "logo.svg", mimeType: "image/png", buffer: Buffer.from("<svg/>") });
  await page.getByRole("button", { name: "Upload the logo" }).click();
  await expect(page.getByText("SVG files can contain programs")).toBeVisible();
  await page.getByLabel("Logo", { exact: true }).setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: PIXEL });
  await page.getByRole("button", { name: "Upload the logo" }).click();
  await expect(page.getByText("The logo is saved.")).toBeVisible();
  const mark = page.locator(".brand-mark").first();
  await expect(mark).toHaveCSS("background-image", /\/logos\/[0-9a-f]{32}/);
  await look(page, "network-with-logo");

  // At 360 px the long name is cut off, and Sign out stays beside it.
  await page.setViewportSize({ width: 360, height: 740 });
  const [name, signOut] = await boxes(page, page.locator(".brand"), page.getByRole("button", { name: "Sign out" }));
  expect(Math.abs(name.y + name.height / 2 - signOut.y - signOut.height / 2)).toBeLessThan(12);

  await page.goto(`${latchkey.url}${PATH}`);
  await expect(page.locator("body")).toHaveAttribute("data-ready", "");
  await expect(page.locator(".brand-mark").first()).toHaveCSS("background-image", /\/logos\//);
  await page.context().clearCookies();
  await page.goto(`${latchkey.url}/sign-in`);
  await expect(page.getByRole("link", { name: "Terms" })).toHaveAttribute("href", "https://makers.example/terms");
  await look(page, "sign-in-with-brand");
});

test("an application gets a logo without JavaScript, and loses it again", async ({ browser, latchkey }) => {
  const { client_id } = latchkey.addApplication("Pictures", "--scope", "read:posts");
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, latchkey, "host@example.com", `${PATH}/${client_id}/logo`);
  await page.getByLabel("Logo", { exact: true }).setInputFiles({ name: "x", mimeType: "image/png", buffer: PIXEL });
  await page.getByRole("button", { name: "Upload the logo" }).click();
  await expect(page.getByText("The logo is saved.")).toBeVisible();
  const picture = page.locator("main img");
  expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  await page.getByRole("button", { name: "Remove the logo" }).click();
  await expect(page.getByText("The logo is removed.")).toBeVisible();
  await expect(picture).toHaveCount(0);
  await context.close();
});

test("the home of a host: what to do, what fails, how things are", async ({ page, latchkey }) => {
  await signIn(page, latchkey, "host@example.com");
  await expect(page.getByRole("heading", { name: "Getting started" })).toBeVisible();
  await look(page, "home-host");
  const client = Client.register(latchkey, "Failing App", ["read:posts"]);
  await page.goto(client.link("read:posts", { redirect_uri: "http://localhost:1/elsewhere" }));
  await page.goto(`${latchkey.url}/`);
  await expect(page.getByText("1 failure in the last hour.")).toBeVisible();
  await look(page, "home-host-failing");
  await page.getByRole("link", { name: "Failing App" }).click();
  await expect(page).toHaveURL(new RegExp(`${PATH}/[^/]+/activity$`));
});

test("the list says what works without JavaScript", async ({ browser, latchkey }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, latchkey, "host@example.com", PATH);
  // Chromium parses the page as if it could run scripts, even when it does not run any.
  expect(await page.locator("noscript").textContent()).toContain("this page needs JavaScript");
  await context.close();
});
