// Passkeys, with Chromium's virtual authenticator.
import { CDPSession } from "@playwright/test";
import { expect, Page, PASSWORD, signIn, test } from "../support/fixtures";
import { look } from "../support/look";

interface Device {
  session: CDPSession;
  id: string;
}

/** A device that keeps passkeys, and whose owner says yes. */
async function device(page: Page, automatic = true): Promise<Device> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: automatic,
    },
  });
  return { session, id: authenticatorId };
}

async function addsPasskey(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Create the passkey" }).click();
  await expect(page.getByText("The passkey is added.")).toBeVisible();
}

test("a member adds passkeys, signs in with one by button and by autofill, and removes them", async ({ page, latchkey }) => {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  const first = await device(page);
  await signIn(page, latchkey, "member@example.com", "/account/passkeys");
  await look(page, "passkeys-none");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByRole("button", { name: "Create the passkey" })).toBeVisible();
  await look(page, "passkey-add");
  await page.goBack();
  await addsPasskey(page, "Laptop");
  await look(page, "passkeys-one");
  // The same device has one already.
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "Create the passkey" }).click();
  await expect(page.getByText("This device has a passkey of yours already.")).toBeVisible();

  // By the button. Autofill waits meanwhile; without presence it takes nothing by itself.
  await page.context().clearCookies();
  await first.session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId: first.id, enabled: false });
  await page.goto(`${latchkey.url}/sign-in?return_to=/account/passkeys`);
  await expect(page.getByRole("button", { name: "Sign in with a passkey" })).toBeVisible();
  await look(page, "sign-in-with-passkey");
  await first.session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId: first.id, enabled: true });
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Passkeys" })).toBeVisible();
  await expect(page.getByText("used just now")).toBeVisible();

  // By autofill: the browser offers it where the email is typed.
  await page.context().clearCookies();
  await page.goto(`${latchkey.url}/sign-in?return_to=/account/passkeys`);
  await expect(page.getByRole("heading", { level: 1, name: "Passkeys" })).toBeVisible();

  // A second device.
  await first.session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId: first.id });
  await device(page);
  await addsPasskey(page, "Phone");
  await expect(page.locator(".row-item")).toHaveCount(2);
  await page.getByLabel("Remove Laptop").click();
  await page.getByRole("button", { name: "Remove the passkey" }).first().click();
  await expect(page.getByText("The passkey is removed.")).toBeVisible();
  await expect(page.locator(".row-item")).toHaveCount(1);
  expect(problems).toEqual([]);
});

test("who is invited can choose a passkey instead of a password, and cannot remove the last way in", async ({ page, latchkey }) => {
  latchkey.cli(["member", "add", "--email", "ada@example.com", "--name", "Ada Lovelace", "--no-password"]);
  const made = latchkey.cli(["member", "invite", "ada@example.com", "--public-url", latchkey.url]);
  const link = made.trim().split(/\s+/).at(-1)!;
  await device(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(link);
  await look(page, "sign-in-link-passkey");
  await page.getByRole("button", { name: "Use a passkey instead" }).click();
  await expect(page.getByText("Welcome, Ada Lovelace.")).toBeVisible();
  await page.goto(`${latchkey.url}/account/passkeys`);
  await page.getByText("Remove", { exact: true }).click();
  await page.getByRole("button", { name: "Remove the passkey" }).click();
  await expect(page.getByText("This is your only way to sign in")).toBeVisible();
  await look(page, "passkeys-last");
  // The link is used up; the passkey signs in again.
  await page.context().clearCookies();
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
  await page.goto(`${latchkey.url}/sign-in?return_to=/account/passkeys`);
  await expect(page.getByRole("heading", { level: 1, name: "Passkeys" })).toBeVisible();
});

test("without a device that has one, the password works as ever", async ({ page, latchkey }) => {
  await device(page);
  await page.goto(`${latchkey.url}/sign-in`);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByText("That did not work, or was cancelled.")).toBeVisible();
  await page.getByLabel("Email").fill("member@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("Welcome, Max Member.")).toBeVisible();
});
