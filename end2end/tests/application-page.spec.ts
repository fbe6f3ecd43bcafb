// The page of an application: its tabs, what they show, and what can be done there.
import { Client } from "../support/client";
import { expect, PATH, signIn, test } from "../support/fixtures";
import { look } from "../support/look";

const TABS = ["Overview", "Credentials", "Activity", "Connected members", "Use it", "Settings"];

test("the name leads to the page, whose tabs lead everywhere and back", async ({ admin, latchkey }) => {
  const { page } = admin;
  const { client_id } = latchkey.addApplication("Mobile App", "--scope", "write:posts", "--scope", "host:read:network_members");
  const address = `${latchkey.url}${PATH}/${client_id}`;
  await admin.open();
  await admin.card("Mobile App").getByRole("link", { name: "Mobile App", exact: true }).click();
  await expect(page).toHaveURL(address);
  await expect(page).toHaveTitle(/^Mobile App · /);
  await expect(page.getByRole("heading", { level: 1, name: "Mobile App" })).toBeFocused();
  await expect(page.getByText("Never used").first()).toBeVisible();
  await expect(page.getByText("View members in the network")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Change" })).toBeVisible();
  await look(page, "application-overview");

  const tabs = page.getByRole("navigation", { name: "Application" });
  await expect(tabs.getByRole("link")).toHaveText(TABS);
  for (const tab of [...TABS.slice(1), "Overview"]) {
    await tabs.getByRole("link", { name: tab }).click();
    await expect(tabs.getByRole("link", { name: tab })).toHaveAttribute("aria-current", "page");
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Mobile App");
  }
  await expect(page).toHaveURL(address);
  await admin.ready();
  await page.goBack();
  await expect(page).toHaveURL(`${address}/settings`);
  await page.locator(".trail").getByRole("link", { name: "OAuth Applications" }).click();
  await expect(page).toHaveURL(latchkey.url + PATH);
  await expect(page).toHaveTitle(/^OAuth Applications · /);
  await expect(admin.cards).toHaveCount(1);
});

test("nothing appears late, and an unknown application is 404", async ({ admin, latchkey }) => {
  const { client_id } = latchkey.addApplication("Mobile App");
  for (const [path, text] of [
    ["", "What it may ask for"],
    ["/credentials", "Credentials"],
    ["/settings", "Danger zone"],
  ]) {
    const answer = await admin.page.request.get(`${latchkey.url}${PATH}/${client_id}${path}`);
    expect(answer.status()).toBe(200);
    expect(await answer.text()).toContain(text);
  }
  for (const path of ["", "/credentials", "/settings", "/members", "/activity", "/use"]) {
    const answer = await admin.page.request.get(`${latchkey.url}${PATH}/${"x".repeat(43)}${path}`);
    expect(answer.status(), path).toBe(404);
  }
});

test("Settings edits in place", async ({ admin, latchkey }) => {
  const { page } = admin;
  const { client_id } = latchkey.addApplication("Before");
  await admin.open(`/${client_id}/settings`);
  await look(page, "application-settings");
  await page.getByLabel("Application Name").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.locator("#name-error")).toContainText("cannot be blank");
  await page.getByLabel("Application Name").fill("After");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(admin.toast).toContainText("Changes saved");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("After");
  // The next save starts from this one.
  await page.getByLabel("Confidential client").uncheck();
  await page.getByRole("button", { name: /^Save/ }).click();
  await expect(page.getByText("Public (PKCE required)")).toBeVisible();
});

test("a filled form asks before a tab, a link or Back leaves it", async ({ admin, latchkey }) => {
  const { page } = admin;
  const { client_id } = latchkey.addApplication("Typed");
  const address = `${latchkey.url}${PATH}/${client_id}`;
  await admin.open(`/${client_id}/credentials`);
  const tabs = page.getByRole("navigation", { name: "Application" });
  const name = page.getByLabel("Application Name");
  const question = page.getByText("Discard what you typed?");
  await tabs.getByRole("link", { name: "Settings" }).click();
  await name.fill("Half a na");
  for (const leave of [
    () => tabs.getByRole("link", { name: "Overview" }).click(),
    () => page.locator(".trail").getByRole("link", { name: "OAuth Applications" }).click(),
    () => page.goBack(),
  ]) {
    await leave();
    await expect(question).toBeVisible();
    await expect(page).toHaveURL(`${address}/settings`);
    await page.getByRole("button", { name: "Keep editing" }).click();
    await expect(name).toHaveValue("Half a na");
    await expect(name).toBeFocused();
  }
  // A dialog above it leaves it alone.
  await page.getByRole("link", { name: "Delete" }).click();
  await admin.dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(name).toHaveValue("Half a na");
  // What was asked for comes after "Discard".
  await tabs.getByRole("link", { name: "Credentials" }).click();
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(page).toHaveURL(`${address}/credentials`);
  await tabs.getByRole("link", { name: "Settings" }).click();
  await expect(name).toHaveValue("Typed");
});

test("the danger zone pauses, and deletes back to the list", async ({ admin, latchkey }) => {
  const { page } = admin;
  const { client_id } = latchkey.addApplication("Doomed");
  await admin.open(`/${client_id}/settings`);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.locator(".badge-paused")).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.locator(".badge-paused")).toHaveCount(0);
  // Nobody is connected.
  await expect(page.getByRole("link", { name: "Disconnect everyone" })).toHaveCount(0);
  await page.getByRole("link", { name: "Delete" }).click();
  await expect(admin.dialog).toContainText("Delete Doomed?");
  // The page stays behind the dialog.
  await admin.dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(page).toHaveURL(`${latchkey.url}${PATH}/${client_id}/settings`);
  await expect(page.getByRole("link", { name: "Delete" })).toBeFocused();
  await page.getByRole("link", { name: "Delete" }).click();
  await admin.dialog.getByRole("button", { name: "Delete application" }).click();
  await expect(page).toHaveURL(latchkey.url + PATH);
  await expect(page.getByText("No OAuth applications yet")).toBeVisible();
});

test("Connected members says who, and revokes one", async ({ admin, browser, latchkey }) => {
  const { page } = admin;
  const client = Client.register(latchkey, "Reader", ["read:posts"]);
  const context = await browser.newContext();
  const member = await context.newPage();
  await signIn(member, latchkey, "member@example.com");
  const tokens = await client.connect(member, "read:posts");
  await context.close();
  await page.goto(`${latchkey.url}${PATH}/${client.application.client_id}/members`);
  await expect(page.getByRole("heading", { name: /Max Member/ })).toBeVisible();
  await expect(page.getByText("View posts you have created")).toBeVisible();
  await look(page, "application-members");
  await page.getByLabel("Revoke access of Max Member").click();
  await look(page, "application-members-revoke");
  await page.getByRole("button", { name: "Revoke access" }).click();
  await expect(page.getByRole("status")).toContainText("The member is disconnected");
  await expect(page.getByText("No members connected")).toBeVisible();
  expect((await client.userinfo(tokens.body.access_token)).status).toBe(401);
});

test("an application is exported without its secret", async ({ admin, latchkey }) => {
  const { client_id, client_secret } = latchkey.addApplication("Portable");
  await admin.open();
  const download = admin.page.waitForEvent("download");
  await admin.choose("Portable", "Export");
  expect((await download).suggestedFilename()).toBe("portable.json");
  const answer = await admin.page.request.get(`${latchkey.url}${PATH}/${client_id}/export.json`);
  expect(await answer.json()).toMatchObject({ name: "Portable", scopes: ["read:posts"] });
  expect(await answer.text()).not.toContain(client_secret!);
});

test("on a plan below Scale the page says so and offers no form", async ({ admin, latchkey }) => {
  const { page } = admin;
  const { client_id } = latchkey.addApplication("Kept");
  latchkey.cli(["network", "set", "--plan", "launch"]);
  await admin.open(`/${client_id}/settings`);
  await expect(page.getByText("This network is on Launch")).toBeVisible();
  await expect(page.getByLabel("Application Name")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Pause" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Delete" })).toBeVisible();
});
