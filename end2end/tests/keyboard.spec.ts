// A host's first hour by keyboard alone, and the shortcuts.
import { expect, Locator, Page, PASSWORD, PATH, test } from "../support/fixtures";

/** Presses Tab until `target` has the focus. */
async function tabTo(page: Page, target: Locator, key = "Tab"): Promise<void> {
  for (let step = 0; step < 80; step++) {
    if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab does not lead to ${target}`);
}

test("sign in, create, copy, edit, pause and delete", async ({ admin, latchkey }) => {
  const { page, dialog } = admin;
  const { keyboard } = page;
  await page.context().clearCookies();
  await page.goto(`${latchkey.url}${PATH}`);
  await tabTo(page, page.getByLabel("Email"));
  await keyboard.type("host@example.com");
  await tabTo(page, page.getByLabel("Password"));
  await keyboard.type(PASSWORD);
  await keyboard.press("Enter");
  await page.waitForURL(`${latchkey.url}${PATH}`);
  await admin.ready();

  // Create.
  await keyboard.press("n");
  await expect(dialog.getByLabel("Application Name")).toBeFocused();
  await keyboard.type("Typed");
  await tabTo(page, dialog.getByRole("radio", { name: "Website with a server" }), "Shift+Tab");
  await keyboard.press("ArrowDown");
  await expect(dialog.getByRole("radio", { name: "Mobile or desktop app" })).toBeChecked();
  await keyboard.press("ArrowUp");
  await expect(dialog.getByLabel("Confidential client")).toBeChecked();
  await tabTo(page, dialog.getByLabel("Redirect URI"));
  await keyboard.type("https://typed.example/cb");
  await tabTo(page, dialog.getByRole("button", { name: "Read", exact: true }));
  await keyboard.press("Enter");
  await tabTo(page, dialog.getByRole("button", { name: "Create" }));
  await keyboard.press("Enter");

  // The panel, and copying.
  await expect(dialog).toHaveAccessibleName("Typed is ready");
  await expect(dialog.getByRole("heading", { level: 2 })).toBeFocused();
  await tabTo(page, dialog.getByRole("button", { name: "Copy both as .env" }));
  await keyboard.press("Enter");
  await expect.poll(() => admin.clipboard()).toMatch(/^OAUTH_CLIENT_ID=.*\nOAUTH_CLIENT_SECRET=.*\n$/);
  await keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  const card = admin.card("Typed");
  await expect(card.getByRole("heading")).toBeFocused();
  await tabTo(page, card.getByRole("button", { name: "Copy Client ID" }));
  await keyboard.press("Enter");
  await expect.poll(() => admin.clipboard()).toMatch(/^[A-Za-z0-9_-]{43}$/);

  // Edit.
  const edit = card.locator("[id^=edit-]");
  await tabTo(page, edit, "Shift+Tab");
  await keyboard.press("Enter");
  await expect(dialog.getByLabel("Application Name")).toBeFocused();
  await keyboard.press("ControlOrMeta+a");
  await keyboard.type("Renamed");
  await keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  const renamed = admin.card("Renamed");
  await expect(renamed.locator("[id^=edit-]")).toBeFocused();

  // Pause, in the menu: pencil, trash and menu are one stop, with arrow keys between them.
  await keyboard.press("End");
  await expect(renamed.locator("[id^=more-]")).toBeFocused();
  await keyboard.press("Enter");
  const pause = renamed.getByRole("menuitem", { name: "Pause" });
  for (let step = 0; step < 10; step++) {
    if (await pause.evaluate((element) => element === document.activeElement)) break;
    await keyboard.press("ArrowDown");
  }
  await keyboard.press("Enter");
  await expect(renamed.locator(".badge-paused")).toBeVisible();

  // Delete. Nothing uses it, so nothing has to be typed.
  await keyboard.press("ArrowLeft");
  await expect(renamed.locator("[id^=delete-]")).toBeFocused();
  await keyboard.press("Enter");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await expect(admin.toast).toContainText("Renamed deleted");
  await expect(admin.cards).toHaveCount(0);
});

test("keys that come faster than the page is painted move the focus one step each", async ({ admin, latchkey }) => {
  latchkey.addApplication("Quick");
  await admin.open();
  const more = admin.card("Quick").locator("[id^=more-]");
  await more.focus();
  // All within one frame, each in a task of its own, as a browser delivers them.
  const reached = await more.evaluate(
    (button) =>
      new Promise<string[]>((resolve) => {
        requestAnimationFrame(async () => {
          const names: string[] = [];
          for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "End", "Home"]) {
            (document.activeElement ?? button).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
            await new Promise((next) => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = next;
              port2.postMessage(0);
            });
            names.push(document.activeElement?.textContent ?? "");
          }
          resolve(names);
        });
      }),
  );
  const entries = await admin.card("Quick").getByRole("menuitem").allInnerTexts();
  const [first, second, third] = entries;
  expect(reached).toEqual([first, second, third, second, entries.at(-1), first]);
});

test("/ searches and n opens New, but not in a field, with a modifier or under a dialog", async ({ admin, latchkey }) => {
  const { page } = admin;
  latchkey.addApplication("Known");
  await admin.open();
  const search = page.locator("#search");
  await expect(search).toHaveAttribute("aria-keyshortcuts", "/");
  await expect(page.locator("#new-application")).toHaveAttribute("aria-keyshortcuts", "n");
  await page.keyboard.press("/");
  await expect(search).toBeFocused();
  await page.keyboard.type("n/n");
  await expect(search).toHaveValue("n/n");
  await expect(admin.dialog).toHaveCount(0);
  await search.fill("");
  await search.blur();
  await page.keyboard.press("Alt+n");
  await expect(admin.dialog).toHaveCount(0);
  await page.keyboard.press("n");
  await expect(admin.dialog).toHaveAccessibleName("New OAuth Application");
  await admin.dialog.getByRole("button", { name: "Close" }).focus();
  await page.keyboard.press("/");
  await page.keyboard.press("n");
  await expect(admin.dialog.getByRole("button", { name: "Close" })).toBeFocused();
  await expect(page).toHaveURL(new RegExp(`${PATH}/new$`));
});
