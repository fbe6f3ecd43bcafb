// Create, copy, reveal, edit, pause, duplicate, disconnect and delete, as a host does.
import { Client } from "../support/client";
import { expect, PATH, signIn, test } from "../support/fixtures";

const ID = /^[A-Za-z0-9_-]{43}$/;

test("a host creates a confidential application and keeps its secret", async ({ admin }) => {
  await admin.openNew();
  await admin.fill({
    name: "CRM Integration",
    uris: "https://crm.example/cb\nhttps://crm.example/cb2",
    scopes: ["host:read:network_members", "read:userinfo"],
  });
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.dialog).toHaveCount(0);
  await expect(admin.toast).toContainText("Application created");

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

test("a public application has no secret and says that PKCE is required", async ({ admin }) => {
  await admin.openNew();
  await admin.fill({ name: "Mobile App", uris: "com.example.app:/cb", scopes: ["read:posts"], confidential: false, skip: true });
  await admin.dialog.getByRole("button", { name: "Create" }).click();
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
  await admin.dialog.getByRole("button", { name: "Save" }).click();
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

test("the second of two hosts who edit at once is told", async ({ admin }) => {
  await admin.create("Shared");
  await admin.card("Shared").getByRole("link", { name: "Edit Shared" }).click();
  await expect(admin.dialog).toBeVisible();
  const other = await admin.page.context().newPage();
  await other.goto(admin.page.url());
  await other.getByRole("dialog").getByLabel("Application Name").fill("Shared by the other");
  await other.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(other.getByRole("dialog")).toHaveCount(0);

  await admin.fill({ name: "Mine" });
  await admin.dialog.getByRole("button", { name: "Save" }).click();
  await expect(admin.dialog).toContainText("Someone else changed this application");
  await expect(admin.dialog.getByLabel("Application Name")).toHaveValue("Mine");
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
  await expect(admin.cards).toHaveCount(2);
  await expect(admin.cards.first()).toHaveAccessibleName("Copy of Original");
});

test("disconnecting everyone is offered when somebody is connected, and asks first", async ({ admin, browser, latchkey }) => {
  const client = Client.register(latchkey, "Connected", ["read:posts"]);
  await admin.open();
  await expect((await admin.menu("Connected")).getByRole("menuitem", { name: "Disconnect everyone" })).toHaveCount(0);
  const context = await browser.newContext();
  const member = await context.newPage();
  await signIn(member, latchkey, "member@example.com");
  await client.connect(member, "read:posts");
  await context.close();
  await admin.open();
  await admin.choose("Connected", "Disconnect everyone");
  await expect(admin.dialog).toContainText("Disconnect everyone from Connected?");
  await admin.page.goBack();
  await expect(admin.card("Connected").getByRole("button", { name: "More for Connected" })).toBeFocused();
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
