// Create, copy, reveal, edit, pause, duplicate, disconnect and delete, as a host does.
import { Browser } from "@playwright/test";
import { Client } from "../support/client";
import { expect, PATH, signIn, test } from "../support/fixtures";
import { Latchkey } from "../support/latchkey";
import { look } from "../support/look";

const ID = /^[A-Za-z0-9_-]{43}$/;

/** An application that a member is connected to. Returns its client id. */
async function connected(latchkey: Latchkey, browser: Browser, name: string): Promise<string> {
  const client = Client.register(latchkey, name, ["read:posts"]);
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, latchkey, "member@example.com");
  await page.goto(client.link("read:posts"));
  const back = await client.comesBack(page, () => page.getByRole("button", { name: "Allow" }).click());
  expect((await client.redeem(back.get("code")!)).status).toBe(200);
  await context.close();
  return client.application.client_id;
}

test("a host creates a confidential application and keeps its secret", async ({ admin }) => {
  await admin.openNew();
  await admin.fill({
    name: "CRM Integration",
    uris: "https://crm.example/cb\nhttps://crm.example/cb2",
    scopes: ["host:read:network_members", "read:userinfo"],
  });
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.toast).toContainText("Application created");
  await expect(admin.dialog.getByRole("heading", { level: 2 })).toBeFocused();
  await expect(admin.dialog.locator("#ready-secret")).toHaveText(ID);
  await admin.done("CRM Integration");
  await expect(admin.page).toHaveURL(new RegExp(`${PATH}$`));

  const card = admin.cards.first();
  await expect(card).toHaveAccessibleName("CRM Integration");
  await expect(card).toContainText("https://crm.example/cb");
  await expect(card).toContainText("+1 more");
  await expect(card).toContainText("Confidential");
  await expect(card.getByTitle("host:read:network_members")).toHaveText("View members in the network");
  await expect(card).toContainText("Never used");
  await expect(card.locator(".secret")).toHaveText(ID);
  await expect(card).toContainText("Store this secret safely now");

  const secret = await card.locator(".secret").textContent();
  await card.getByRole("button", { name: "Copy Client ID" }).click();
  await expect(admin.toast).toContainText("Client ID copied");
  const id = await admin.clipboard();
  expect(id).toMatch(ID);
  expect(await card.locator("code.value").first().textContent()).toBe(id);

  // Shown once: after a reload it is masked, but copying still works.
  await admin.open();
  await expect(card.locator(".secret")).not.toHaveText(ID);
  await card.getByRole("button", { name: "Copy Client Secret" }).click();
  await expect(admin.toast).toContainText("Client Secret copied");
  expect(await admin.clipboard()).toBe(secret);
  await card.getByRole("button", { name: "Reveal Client Secret" }).click();
  await expect(card.locator(".secret")).toHaveText(secret!);
  await card.getByRole("button", { name: "Hide Client Secret" }).click();
  await expect(card.locator(".secret")).not.toHaveText(ID);
});

test("the panel of a new application has what comes next", async ({ admin, latchkey }) => {
  await admin.openNew();
  await admin.fill({ name: "Fresh", uris: "https://fresh.example/cb", scopes: ["read:posts"] });
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.dialog).toHaveAccessibleName("Fresh is ready");
  const secret = (await admin.dialog.locator("#ready-secret").textContent())!;
  const id = new URL(admin.page.url()).pathname.split("/").at(-2)!;

  await admin.dialog.getByRole("button", { name: "Copy both as .env" }).click();
  await expect.poll(() => admin.clipboard()).toBe(`OAUTH_CLIENT_ID=${id}\nOAUTH_CLIENT_SECRET=${secret}\n`);
  await admin.dialog.getByRole("button", { name: "Copy message for your developer" }).click();
  await expect.poll(() => admin.clipboard()).toContain(`Client ID: ${id}`);
  const message = await admin.clipboard();
  expect(message).toContain("https://fresh.example/cb");
  expect(message).toContain(`${latchkey.url}/oauth/token`);
  expect(message).not.toContain(secret);
  await look(admin.page, "dialog-ready");

  // Later it is masked, and can still be copied.
  await admin.page.reload();
  await admin.ready();
  await expect(admin.dialog.locator("#ready-secret")).not.toHaveText(ID);
  await admin.dialog.getByRole("button", { name: "Copy Client Secret" }).click();
  await expect.poll(() => admin.clipboard()).toBe(secret);
  await admin.dialog.getByRole("link", { name: "Sample code" }).click();
  await expect(admin.page).toHaveURL(new RegExp(`${id}/use$`));
});

test("what is being built decides the type and the example", async ({ admin }) => {
  await admin.page.setViewportSize({ width: 1280, height: 724 });
  await admin.openNew();
  const { dialog } = admin;
  await expect(dialog.getByRole("radio", { name: "Website with a server" })).toBeChecked();
  await expect(dialog.getByLabel("Confidential client")).toBeChecked();
  // All of it is visible at once.
  const hidden = await dialog.locator(".dialog-body").evaluate((body) => body.scrollHeight - body.clientHeight);
  expect(hidden).toBeLessThanOrEqual(0);

  await dialog.getByRole("radio", { name: "Mobile or desktop app" }).check();
  await expect(dialog.getByLabel("Confidential client")).not.toBeChecked();
  await expect(dialog.getByLabel("Redirect URI")).toHaveAttribute("placeholder", /^com\./);
  await expect(dialog).toContainText("It must use PKCE instead");
  await dialog.getByRole("radio", { name: "Single-page app" }).check();
  await expect(dialog.getByLabel("Redirect URI")).toHaveAttribute("placeholder", /^https:/);
  await dialog.getByLabel("Confidential client").check();
  await expect(dialog.getByRole("radio", { checked: true })).toHaveCount(0);

  await dialog.getByRole("button", { name: "Read", exact: true }).click();
  await expect(dialog.getByRole("checkbox", { name: "read:courses" })).toBeChecked();
  await expect(dialog.getByRole("checkbox", { name: "write:posts" })).not.toBeChecked();
  await expect(dialog.getByRole("button", { name: "Read", exact: true })).toHaveAttribute("aria-pressed", "true");
  await dialog.getByRole("checkbox", { name: "host:read:network_plans" }).check();
  await expect(dialog).toContainText("Only hosts can authorize an application that asks for these");
  await dialog.getByRole("button", { name: "Sign in with this network" }).click();
  for (const scope of ["openid", "profile", "email", "host:read:network_plans", "read:courses"]) {
    await expect(dialog.getByRole("checkbox", { name: new RegExp(`${scope}$`) })).toBeChecked();
  }

  // What is optional opens when it is wrong.
  await admin.fill({ name: "Linked", uris: "https://linked.example/cb" });
  const website = dialog.getByLabel("Website", { exact: true });
  await dialog.getByText("More about the application").click();
  await website.fill("linked.example");
  await dialog.getByText("More about the application").click();
  await expect(website).toBeHidden();
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(website).toBeFocused();
  await expect(dialog.locator("#website-error")).toContainText("https://");
  await website.fill("https://linked.example");
  await dialog.getByRole("button", { name: "Create" }).click();
  await admin.done("Linked");
});

test("a public application has no secret and says that PKCE is required", async ({ admin }) => {
  await admin.openNew();
  await admin.fill({ name: "Mobile App", uris: "com.example.app:/cb", scopes: ["read:posts"], confidential: false, skip: true });
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.dialog).toContainText("It proves itself with PKCE");
  await admin.done("Mobile App");
  const card = admin.card("Mobile App");
  await expect(card).toContainText("Public (PKCE required)");
  await expect(card).toContainText("Consent skipped");
  await expect(card.locator(".secret")).toHaveCount(0);
  await card.getByRole("button", { name: "Copy Client ID" }).click();
  await expect.poll(() => admin.clipboard()).toMatch(ID);
});

test("editing switches the type both ways", async ({ admin }) => {
  await admin.create("Switcher");
  const card = admin.card("Switcher");
  const first = await card.locator(".secret").textContent();

  await card.getByRole("link", { name: "Edit Switcher" }).click();
  await expect(admin.dialog.getByLabel("Application Name")).toHaveValue("Switcher");
  await expect(admin.dialog.getByLabel("Redirect URI")).toHaveValue("https://myapp.com/oauth/callback");
  await expect(admin.dialog.getByRole("checkbox", { name: "read:posts" })).toBeChecked();
  await admin.fill({ confidential: false });
  await expect(admin.dialog).toContainText("Saving destroys the client secret permanently");
  await admin.dialog.getByRole("button", { name: "Save and destroy secret" }).click();
  await expect(card).toContainText("Public (PKCE required)");
  await expect(card.locator(".secret")).toHaveCount(0);

  await card.getByRole("link", { name: "Edit Switcher" }).click();
  await admin.fill({ confidential: true });
  await expect(admin.dialog).toContainText("Saving creates a client secret");
  await admin.dialog.getByRole("button", { name: "Save" }).click();
  await expect(card.locator(".secret")).toHaveText(ID);
  expect(await card.locator(".secret").textContent()).not.toBe(first);
});

test("editing changes name, redirect URIs and scopes in place", async ({ admin }) => {
  await admin.create("Before");
  await admin.card("Before").getByRole("link", { name: "Edit Before" }).click();
  await admin.fill({ name: "After", uris: "https://after.example/cb", scopes: ["write:posts"] });
  await admin.dialog.getByRole("button", { name: "Save" }).click();
  await expect(admin.toast).toContainText("Changes saved");
  const card = admin.card("After");
  await expect(card).toContainText("https://after.example/cb");
  await expect(card.getByTitle("write:posts")).toHaveText("Create, edit and delete posts on your behalf");
  await expect(admin.card("Before")).toHaveCount(0);
});

test("pausing and resuming keeps the focus on the button", async ({ admin }) => {
  await admin.create("Pausable");
  const card = admin.card("Pausable");
  await admin.choose("Pausable", "Pause");
  await expect(card.locator(".badge-paused")).toBeVisible();
  await expect(card.getByRole("button", { name: "More for Pausable" })).toBeFocused();
  await admin.choose("Pausable", "Resume");
  await expect(card.locator(".badge-paused")).toHaveCount(0);
});

test("duplicating opens the create dialog filled in", async ({ admin }) => {
  await admin.create("Original");
  await admin.choose("Original", "Duplicate");
  await expect(admin.dialog.getByLabel("Application Name")).toHaveValue("Copy of Original");
  await expect(admin.dialog.getByLabel("Redirect URI")).toHaveValue("https://myapp.com/oauth/callback");
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await admin.done("Copy of Original");
  await expect(admin.cards).toHaveCount(2);
  await expect(admin.cards.first()).toHaveAccessibleName("Copy of Original");
});

test("disconnecting everyone asks for the name, and offers to pause first", async ({ admin, browser, latchkey }) => {
  const id = await connected(latchkey, browser, "Connected");
  await admin.open(`/${id}/disconnect`);
  await expect(admin.dialog).toContainText("1 member connected");
  const confirm = admin.dialog.getByRole("button", { name: "Disconnect everyone" });
  await expect(confirm).toBeDisabled();
  await expect(admin.dialog.getByLabel("to confirm")).toBeFocused();
  await admin.dialog.getByLabel("to confirm").fill("connected");
  await expect(confirm).toBeDisabled();
  await admin.dialog.getByRole("button", { name: "Pause instead" }).click();
  await expect(admin.toast).toContainText("Connected paused");
  await expect(admin.dialog).toHaveCount(0);

  // Once paused, only the name is left.
  await admin.open(`/${id}/disconnect`);
  await expect(admin.dialog.getByRole("button", { name: "Pause instead" })).toHaveCount(0);
  await admin.dialog.getByLabel("to confirm").fill("  Connected ");
  await confirm.click();
  await expect(admin.toast).toContainText("1 member disconnected from Connected");
  await expect(admin.card("Connected")).toBeVisible();
});

test("with nobody connected there is nothing to disconnect", async ({ admin, latchkey }) => {
  const { client_id } = latchkey.addApplication("Alone");
  await admin.open(`/${client_id}/disconnect`);
  await expect(admin.dialog).toContainText("No members are connected to Alone");
  await admin.dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(admin.dialog).toHaveCount(0);
});

test("deleting an application that is in use asks for its name", async ({ admin, browser, latchkey }) => {
  const id = await connected(latchkey, browser, "Used");
  await admin.open(`/${id}/delete`);
  await expect(admin.dialog).toContainText("1 member is disconnected at once");
  await expect(admin.dialog).toContainText("It was last used");
  await expect(admin.dialog.getByRole("button", { name: "Pause instead" })).toBeVisible();
  const confirm = admin.dialog.getByRole("button", { name: "Delete application" });
  await expect(confirm).toBeDisabled();
  await admin.dialog.getByLabel("to confirm").fill("Used");
  await admin.page.keyboard.press("Enter");
  await expect(admin.toast).toContainText("Used deleted");
  await expect(admin.card("Used")).toHaveCount(0);
});

test("deleting names the application, asks, and is permanent", async ({ admin }) => {
  await admin.create("Doomed");
  await admin.create("Spared");
  await admin.card("Doomed").getByRole("link", { name: "Delete Doomed" }).click();
  await expect(admin.dialog).toContainText("Delete Doomed?");
  await expect(admin.dialog).toContainText("permanent");
  await expect(admin.dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await admin.dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(admin.card("Doomed")).toBeVisible();
  await admin.card("Doomed").getByRole("link", { name: "Delete Doomed" }).click();
  await admin.dialog.getByRole("button", { name: "Delete application" }).click();
  await expect(admin.toast).toContainText("Doomed deleted");
  await expect(admin.card("Doomed")).toHaveCount(0);
  await admin.open();
  await expect(admin.cards).toHaveCount(1);
  await expect(admin.card("Spared")).toBeVisible();
});

test("nothing reloads the page", async ({ admin }) => {
  await admin.page.evaluate(() => Object.assign(window, { still: "here" }));
  await admin.create("Swift");
  await admin.card("Swift").getByRole("link", { name: "Edit Swift" }).click();
  await admin.fill({ name: "Swifter" });
  await admin.dialog.getByRole("button", { name: "Save" }).click();
  await expect(admin.card("Swifter")).toBeVisible();
  expect(await admin.page.evaluate(() => (window as unknown as { still?: string }).still)).toBe("here");
  expect(new URL(admin.page.url()).pathname).toBe(PATH);
});

test("the list and its answers never carry a secret", async ({ admin, latchkey }) => {
  const created = latchkey.addApplication("Secretive");
  const bodies: string[] = [];
  admin.page.on("response", async (response) => {
    if (!response.url().includes("/pkg/")) bodies.push(await response.text().catch(() => ""));
  });
  await admin.open();
  await expect(admin.card("Secretive")).toBeVisible();
  await admin.choose("Secretive", "Pause");
  await expect(admin.card("Secretive").locator(".badge-paused")).toBeVisible();
  expect(bodies.length).toBeGreaterThan(1);
  for (const body of bodies) expect(body).not.toContain(created.client_secret!);
  expect(await admin.page.content()).not.toContain(created.client_secret!);
});
