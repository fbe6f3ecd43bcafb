// An authenticator app: set up by its QR code, used to sign in, and asked of hosts.
import { createHmac } from "node:crypto";
import { expect, Page, PASSWORD, signIn, test } from "../support/fixtures";
import { look } from "../support/look";

/** The code that an app shows for a secret in base32 (RFC 6238). */
function code(secret: string, at = Date.now()): string {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

const secretOn = async (page: Page) => (await page.locator("#secret").innerText()).replaceAll(" ", "");

async function passwordOf(page: Page, email: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test("a member sets up an app on a phone, and signs in with its codes and a recovery code", async ({ page, latchkey }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, latchkey, "member@example.com", "/account/second-factor");
  await look(page, "second-factor-off");
  await page.getByRole("button", { name: "Set up an authenticator app" }).click();
  await expect(page.getByRole("img", { name: "A picture for the camera of your app" })).toBeVisible();
  await look(page, "second-factor-set-up");
  const secret = await secretOn(page);
  await page.getByLabel("Code").fill("000000");
  await page.getByRole("button", { name: "Use this app" }).click();
  await expect(page.getByText("That code is wrong")).toBeVisible();
  await expect(page.getByLabel("Code")).toBeFocused();
  await page.getByLabel("Code").fill(code(secret));
  await page.getByRole("button", { name: "Use this app" }).click();
  await expect(page.locator(".recovery-codes li")).toHaveCount(10);
  const recovery = await page.locator(".recovery-codes li").allInnerTexts();
  await look(page, "second-factor-codes");
  await page.getByRole("link", { name: "I have kept them" }).click();
  await expect(page.getByText("10 recovery codes are left.")).toBeVisible();
  await look(page, "second-factor-on");

  await page.context().clearCookies();
  await page.goto(`${latchkey.url}/account/profile`);
  await passwordOf(page, "member@example.com");
  await expect(page.getByRole("heading", { name: "Your code" })).toBeVisible();
  await look(page, "sign-in-code");
  // The code of the next half minute, since that of this one may have been used.
  await page.getByLabel("Code").fill(code(secret, Date.now() + 30_000));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Profile" })).toBeVisible();
  await look(page, "profile");

  await page.context().clearCookies();
  await page.goto(`${latchkey.url}/account/second-factor`);
  await passwordOf(page, "member@example.com");
  await page.getByLabel("Code").fill(recovery[0].toUpperCase());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("9 recovery codes are left.")).toBeVisible();
  await page.getByText("Remove", { exact: true }).click();
  await page.getByRole("button", { name: "Remove the app" }).click();
  await expect(page.getByText("The app is removed.")).toBeVisible();
});

test("hosts are led through it where they need it, and one resets that of a member", async ({ page, browser, latchkey }) => {
  await signIn(page, latchkey, "host@example.com", "/admin/settings/network");
  await page.getByLabel("Hosts must use a second factor").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The changes are saved.")).toBeVisible();
  await page.context().clearCookies();
  await page.goto(`${latchkey.url}/admin/members`);
  await passwordOf(page, "host@example.com");
  await expect(page.getByRole("heading", { name: "Set up a second factor" })).toBeVisible();
  await look(page, "sign-in-set-up");
  const secret = await secretOn(page);
  await page.getByLabel("Code").fill(code(secret));
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("heading", { name: "Your recovery codes" })).toBeVisible();
  await look(page, "sign-in-recovery");
  await page.getByRole("link", { name: "I have kept them" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Members" })).toBeVisible();

  const phone = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const theirs = await phone.newPage();
  await signIn(theirs, latchkey, "member@example.com", "/account/second-factor");
  await theirs.getByRole("button", { name: "Set up an authenticator app" }).click();
  await theirs.getByLabel("Code").fill(code(await secretOn(theirs)));
  await theirs.getByRole("button", { name: "Use this app" }).click();
  await page.getByRole("link", { name: "Max Member" }).click();
  await page.getByText("Reset second factor", { exact: true }).click();
  await look(page, "member-reset");
  await page.getByRole("button", { name: "Reset it" }).click();
  await expect(page.getByText("The second factor and the passkeys are removed")).toBeVisible();
  await theirs.goto(`${latchkey.url}/account/second-factor`);
  await expect(theirs.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await phone.close();
});
