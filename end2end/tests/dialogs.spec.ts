// Every dialog has a URL; it opens and closes with keyboard, links and Back; validation keeps the input.
import { Client } from "../support/client";
import { AdminPage, expect, PATH, signIn, test } from "../support/fixtures";
import { look } from "../support/look";

test("a link opens each dialog, and Escape closes it", async ({ admin, latchkey }) => {
  const { client_id } = latchkey.addApplication("Linked");
  for (const [path, title] of [
    ["/new", "New OAuth Application"],
    [`/${client_id}/edit`, "Edit Linked"],
    [`/${client_id}/duplicate`, "Duplicate OAuth Application"],
    [`/${client_id}/delete`, "Delete Linked?"],
    [`/${client_id}/ready`, "Linked is ready"],
  ]) {
    await admin.open(path);
    await expect(admin.dialog).toHaveAccessibleName(title);
    await admin.page.keyboard.press("Escape");
    await expect(admin.dialog).toHaveCount(0);
    expect(new URL(admin.page.url()).pathname).toBe(PATH);
  }
});

test("Back closes a dialog and Forward opens it again", async ({ admin }) => {
  await admin.openNew();
  await admin.page.goBack();
  await expect(admin.dialog).toHaveCount(0);
  await admin.page.goForward();
  await expect(admin.dialog).toBeVisible();
});

test("the focus moves in, stays inside, and returns to the button", async ({ admin }) => {
  const button = admin.page.locator("#new-application");
  await button.focus();
  await admin.page.keyboard.press("Enter");
  await expect(admin.dialog.getByLabel("Application Name")).toBeFocused();
  for (let step = 0; step < 60; step++) {
    await admin.page.keyboard.press("Tab");
    const inside = await admin.page.evaluate(
      () => document.activeElement === document.body || Boolean(document.activeElement?.closest("dialog")),
    );
    expect(inside, `after ${step + 1} tabs`).toBe(true);
  }
  await admin.page.keyboard.press("Escape");
  await expect(admin.dialog).toHaveCount(0);
  await expect(button).toBeFocused();
});

test("errors stand beside their fields and the focus moves to the first", async ({ admin }) => {
  await admin.openNew();
  await admin.fill({ uris: "http://evil.example/cb\nhttps://fine.example/cb\njavascript:alert(1)" });
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.dialog.getByLabel("Application Name")).toBeFocused();
  await expect(admin.dialog.locator("#name-error")).toContainText("cannot be blank");
  await expect(admin.dialog.locator("#redirect-uris-error")).toContainText("Line 1 uses http");
  await expect(admin.dialog.locator("#redirect-uris-error")).toContainText("Line 3 uses javascript:");
  await expect(admin.dialog.locator("#scopes-error")).toContainText("Select at least one scope");
  await expect(admin.dialog.getByLabel("Redirect URI")).toHaveValue(/evil\.example/);

  await admin.fill({ name: "Mended" });
  await expect(admin.dialog.locator("#name-error")).toHaveCount(0);
  await admin.fill({ uris: "https://fine.example/cb", scopes: ["read:search"] });
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.card("Mended")).toBeVisible();
});

test("with the server down the dialog keeps its text, and works when it is back", async ({ admin, latchkey }) => {
  await admin.openNew();
  await admin.fill({ name: "Survivor", uris: "https://s.example/cb", scopes: ["read:posts"] });
  await latchkey.down("SIGKILL");
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.dialog).toContainText("The server cannot be reached. Nothing was changed. What you typed is kept.");
  await expect(admin.dialog.getByLabel("Application Name")).toHaveValue("Survivor");
  await latchkey.up();
  await expect(admin.dialog).toContainText("The server is back", { timeout: 10_000 });
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.card("Survivor")).toBeVisible();
});

test("outside a form nothing is said about what was typed", async ({ admin, latchkey }) => {
  latchkey.addApplication("Hidden");
  await admin.open();
  await latchkey.down("SIGKILL");
  await admin.card("Hidden").getByRole("button", { name: "Reveal Client Secret" }).click();
  await expect(admin.toast).toContainText("The server cannot be reached");
  await expect(admin.toast).not.toContainText("typed");
});

test("with the session over the dialog says so, and works after signing in again", async ({ admin, latchkey }) => {
  await admin.openNew();
  await admin.fill({ name: "Patient", uris: "https://p.example/cb", scopes: ["read:posts"] });
  await admin.page.context().clearCookies();
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.dialog).toContainText("You have been signed out");
  const tab = await admin.page.context().newPage();
  await signIn(tab, latchkey, "host@example.com");
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.card("Patient")).toBeVisible();
});

for (const [how, leave] of [
  ["Escape", (admin: AdminPage) => admin.page.keyboard.press("Escape")],
  ["Cancel", (admin: AdminPage) => admin.dialog.getByRole("button", { name: "Cancel" }).click()],
  ["the cross", (admin: AdminPage) => admin.dialog.getByRole("button", { name: "Close" }).click()],
  ["Back", (admin: AdminPage) => admin.page.goBack()],
] as const) {
  test(`${how} asks before a filled form is lost`, async ({ admin }) => {
    await admin.openNew();
    await admin.fill({ name: "Half done", scopes: ["read:posts"] });
    for (let time = 0; time < 2; time++) {
      await leave(admin);
      await expect(admin.dialog).toContainText("Discard what you typed?");
      await expect(admin.dialog.getByRole("button", { name: "Keep editing" })).toBeFocused();
      await expect(admin.page).toHaveURL(new RegExp(`${PATH}/new$`));
      await admin.dialog.getByRole("button", { name: "Keep editing" }).click();
      await expect(admin.dialog.getByLabel("Application Name")).toBeFocused();
      await expect(admin.dialog.getByLabel("Application Name")).toHaveValue("Half done");
    }
    await leave(admin);
    await admin.dialog.getByRole("button", { name: "Discard" }).click();
    await expect(admin.dialog).toHaveCount(0);
    await expect(admin.page).toHaveURL(new RegExp(`${PATH}$`));
    await admin.openNew();
    await expect(admin.dialog.getByLabel("Application Name")).toHaveValue("");
  });
}

test("Escape twice in a row asks twice, and loses nothing", async ({ admin }) => {
  await admin.openNew();
  await admin.fill({ name: "Half done" });
  for (let time = 0; time < 3; time++) await admin.page.keyboard.press("Escape");
  await expect(admin.dialog).toContainText("Discard what you typed?");
  await expect(admin.dialog.getByLabel("Application Name")).toHaveValue("Half done");
});

test("a form that is as it was closes at once", async ({ admin, latchkey }) => {
  const { client_id } = latchkey.addApplication("Unchanged");
  await admin.open(`/${client_id}/edit`);
  await admin.fill({ name: "Changed" });
  await admin.fill({ name: "Unchanged" });
  await admin.page.keyboard.press("Escape");
  await expect(admin.dialog).toHaveCount(0);
});

test("the browser asks before it leaves a filled form", async ({ admin }) => {
  await admin.openNew();
  await admin.fill({ name: "Half done" });
  const asked: string[] = [];
  admin.page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await admin.page.reload();
  await admin.ready();
  expect(asked).toEqual(["beforeunload"]);
  await admin.page.reload();
  await admin.ready();
  expect(asked).toHaveLength(1);
});

test("the second of two hosts who edit at once decides about each change", async ({ admin, latchkey }) => {
  const { client_id } = latchkey.addApplication("Shared");
  await admin.open(`/${client_id}/edit`);
  await expect(admin.dialog.locator("#name")).toHaveValue("Shared");
  const other = new AdminPage(await admin.page.context().newPage(), latchkey);
  await other.open(`/${client_id}/edit`);
  await other.fill({ name: "Theirs", uris: "https://theirs.example/cb", scopes: ["read:search"] });
  await other.dialog.getByRole("button", { name: "Save" }).click();
  await expect(other.dialog).toHaveCount(0);

  await admin.fill({ name: "Mine", skip: true });
  await admin.dialog.getByRole("button", { name: "Save" }).click();
  const race = admin.dialog.locator("#race");
  await expect(race).toContainText("Someone else changed this application");
  await expect(race).toBeFocused();
  await expect(race).toContainText("Theirs: https://theirs.example/cb");
  // What both changed stays as typed; what only the other changed is taken over.
  await expect(admin.dialog.getByRole("textbox", { name: "Application Name" })).toHaveValue("Mine");
  await expect(admin.dialog.locator("#redirect-uris")).toHaveValue("https://theirs.example/cb");
  await expect(admin.dialog.getByRole("checkbox", { name: "read:search" })).toBeChecked();
  await expect(race.getByRole("button", { name: "Keep mine: Application Name" })).toHaveAttribute("aria-pressed", "true");
  await expect(race.getByRole("button", { name: "Use theirs: Redirect URI" })).toHaveAttribute("aria-pressed", "true");
  await look(admin.page, "dialog-race");

  await race.getByRole("button", { name: "Use theirs: Application Name" }).click();
  await expect(admin.dialog.locator("#name")).toHaveValue("Theirs");
  await race.getByRole("button", { name: "Keep mine: Scopes" }).click();
  await expect(admin.dialog.getByRole("checkbox", { name: "read:search" })).not.toBeChecked();
  await admin.dialog.getByRole("button", { name: "Save" }).click();
  await expect(admin.toast).toContainText("Changes saved");
  const saved = JSON.parse(latchkey.cli(["app", "show", client_id, "--json"]));
  expect(saved).toMatchObject({ name: "Theirs", skip_consent: true });
  expect(JSON.stringify(saved)).toContain("https://theirs.example/cb");
  expect(JSON.stringify(saved)).not.toContain("read:search");
});

test("retiring a secret that is in use puts Don’t yet first", async ({ admin, latchkey }) => {
  const client = Client.register(latchkey, "Busy", ["read:posts"]);
  expect((await client.post("/oauth/introspect", { token: "nonsense" })).status).toBe(200);
  latchkey.cli(["app", "new-secret", client.application.client_id]);
  await admin.open(`/${client.application.client_id}/credentials`);
  await admin.page.getByRole("link", { name: "Retire the old secret of Busy" }).click();
  await expect(admin.dialog).toContainText("It is still in use: last used just now");
  await expect(admin.dialog.getByRole("button", { name: "Don’t yet" })).toBeFocused();
  await admin.page.keyboard.press("Enter");
  await expect(admin.dialog).toHaveCount(0);
  expect((await client.post("/oauth/introspect", { token: "nonsense" })).status).toBe(200);
});

test("a dialog about an application that is gone says so", async ({ admin }) => {
  await admin.open(`/${"x".repeat(43)}/edit`);
  await expect(admin.dialog).toContainText("no longer exists");
});

test("an unknown address is a 404", async ({ admin, latchkey }) => {
  const response = await admin.page.goto(`${latchkey.url}${PATH}/nowhere/at/all`);
  expect(response!.status()).toBe(404);
  await expect(admin.page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
});
