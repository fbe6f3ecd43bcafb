// Every dialog has a URL; it opens and closes with keyboard, links and Back; validation keeps the input.
import { expect, PATH, signIn, test } from "../support/fixtures";

test("a link opens each dialog, and Escape closes it", async ({ admin, latchkey }) => {
  const { client_id } = latchkey.addApplication("Linked");
  for (const [path, title] of [
    ["/new", "New OAuth Application"],
    [`/${client_id}/edit`, "Edit Linked"],
    [`/${client_id}/duplicate`, "Duplicate OAuth Application"],
    [`/${client_id}/delete`, "Delete Linked?"],
    [`/${client_id}/disconnect`, "Disconnect everyone from Linked?"],
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
  const button = admin.page.getByRole("link", { name: "New OAuth Application" });
  await button.focus();
  await admin.page.keyboard.press("Enter");
  await expect(admin.dialog.getByLabel("Application Name")).toBeFocused();
  for (let step = 0; step < 40; step++) {
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

test("an application is created with the keyboard alone", async ({ admin }) => {
  await admin.page.getByRole("link", { name: "New OAuth Application" }).focus();
  await admin.page.keyboard.press("Enter");
  await expect(admin.dialog.getByLabel("Application Name")).toBeFocused();
  await admin.page.keyboard.type("Typed");
  await admin.page.keyboard.press("Tab");
  await admin.page.keyboard.type("https://typed.example/cb");
  await admin.page.keyboard.press("Tab");
  await admin.page.keyboard.press("Space");
  await admin.dialog.getByLabel("Application Name").focus();
  await admin.page.keyboard.press("Enter");
  await expect(admin.card("Typed")).toBeVisible();
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
  await expect(admin.dialog).toContainText("The server cannot be reached");
  await expect(admin.dialog.getByLabel("Application Name")).toHaveValue("Survivor");
  await latchkey.up();
  await expect(admin.dialog).toContainText("The server is back", { timeout: 10_000 });
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.card("Survivor")).toBeVisible();
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

test("a dialog about an application that is gone says so", async ({ admin }) => {
  await admin.open(`/${"x".repeat(43)}/edit`);
  await expect(admin.dialog).toContainText("no longer exists");
});

test("an unknown address is a 404", async ({ admin, latchkey }) => {
  const response = await admin.page.goto(`${latchkey.url}${PATH}/nowhere/at/all`);
  expect(response!.status()).toBe(404);
  await expect(admin.page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
});
