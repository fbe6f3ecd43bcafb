// Signing in to programs with this network: the form, the settings of a program, signing out, a member's picture.
import { expect, PATH, signIn, test } from "../support/fixtures";
import { look } from "../support/look";
import { PIXEL } from "../support/pixel";
import { Sites } from "../support/callbacks";

const SIGN_IN = ["openid", "profile", "email"].flatMap((scope) => ["--scope", scope]);

test("a host enters what only a program that signs people in has", async ({ admin }) => {
  const { dialog } = admin;
  await admin.openNew();
  await expect(dialog.getByText("Signing in with this network")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Sign in with this network" }).click();
  await admin.fill({ name: "Wiki", uris: "https://wiki.example/cb" });
  await dialog.getByText("Signing in with this network").click();
  const after = dialog.getByLabel("After sign-out");
  await after.fill("http://wiki.example/");
  await dialog.getByLabel("Tell it the spaces of a member").check();
  await dialog.getByLabel("Sign with ES256").check();
  await dialog.getByText("Signing in with this network").click();
  await dialog.getByRole("button", { name: "Create" }).click();
  // What is wrong opens.
  await expect(after).toBeFocused();
  await expect(dialog.locator("#after-sign-out-error")).toContainText("use https");
  await look(admin.page, "dialog-new-signing-in");
  await after.fill("https://wiki.example/");
  await dialog.getByRole("button", { name: "Create" }).click();
  await admin.done("Wiki");
  await admin.page.goto(`${admin.latchkey.url}${PATH}`);
  await admin.page.getByRole("link", { name: "Wiki" }).first().click();
  await expect(admin.page.getByText("https://wiki.example/", { exact: true })).toBeVisible();
});

test("the settings of a program are filled in, and copied with the secret", async ({ admin, latchkey }) => {
  const { page } = admin;
  const app = latchkey.addApplication("Chat", ...SIGN_IN);
  await page.goto(`${latchkey.url}${PATH}/${app.client_id}/use`);
  await page.getByLabel("Set up").selectOption("Matrix Synapse");
  await page.getByRole("button", { name: "Use this one" }).first().click();
  await expect(page.locator("#env")).toContainText(`client_id: "${app.client_id}"`);
  await expect(page.getByText("No redirect URI of this application ends so.")).toBeVisible();
  await look(page, "use-it-program");
  await page.getByRole("button", { name: "Copy homeserver.yaml" }).click();
  await expect(page.getByRole("status")).toHaveText("Copied");
  expect(await admin.clipboard()).toContain(`client_secret: "${app.client_secret}"`);
});

test("an application asks to sign a member out, who is asked and goes back", async ({ page, latchkey }) => {
  const sites = new Sites();
  const wiki = await sites.open("http", "127.0.0.1");
  const app = latchkey.addApplication("Wiki", ...SIGN_IN, "--post-logout-redirect-uri", `${wiki}/bye`);
  await signIn(page, latchkey, "member@example.com");
  const query = (address: string): string => new URLSearchParams({ client_id: app.client_id, post_logout_redirect_uri: address, state: "s 1" }).toString();
  const link = `${latchkey.url}/oauth/logout?${query(`${wiki}/bye`)}`;
  await page.goto(link);
  await expect(page.getByText("Wiki asks to sign you out here, too.")).toBeVisible();
  await look(page, "sign-out-asks");
  await page.getByRole("link", { name: "Stay signed in" }).click();
  await expect(page.getByRole("button", { name: "Sign out", exact: true })).toBeVisible();
  await page.goto(`${latchkey.url}/oauth/logout?${query("https://evil.example/")}`);
  await expect(page.getByText("For your safety you stay here.")).toBeVisible();
  await look(page, "sign-out-elsewhere");
  await page.goto(link);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(`${wiki}/bye?state=s+1`);
  // Who is not signed in is not sent away by a link alone.
  await page.goto(link);
  await expect(page.getByRole("link", { name: "Back to Wiki" })).toHaveAttribute("href", `${wiki}/bye?state=s+1`);
  await look(page, "sign-out-done");
  await sites.close();
});

test("a member uploads a picture, and a host removes it", async ({ page, latchkey, browser }) => {
  await signIn(page, latchkey, "member@example.com");
  await page.goto(`${latchkey.url}/account/profile`);
  await expect(page.getByText("max-member", { exact: true })).toBeVisible();
  await page.getByLabel("New picture").setInputFiles({ name: "me.svg", mimeType: "image/png", buffer: Buffer.from("<svg/>") });
  await page.getByRole("button", { name: "Upload the picture" }).click();
  await expect(page.getByText("SVG files can contain programs")).toBeVisible();
  await page.getByLabel("New picture").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: PIXEL });
  await page.getByRole("button", { name: "Upload the picture" }).click();
  await expect(page.getByText("The picture is saved.")).toBeVisible();
  await look(page, "profile-picture");

  const context = await browser.newContext();
  const host = await context.newPage();
  await signIn(host, latchkey, "host@example.com");
  await host.goto(`${latchkey.url}/admin/members`);
  await host.getByRole("link", { name: "Max Member" }).click();
  await expect(host.locator("h1 img")).toBeVisible();
  await look(host, "member-picture");
  await host.getByText("Remove the picture").first().click();
  await host.getByRole("button", { name: "Remove the picture" }).last().click();
  await expect(host.getByText("The picture is removed.")).toBeVisible();
  await expect(host.locator("h1 img")).toHaveCount(0);
  await context.close();
});
