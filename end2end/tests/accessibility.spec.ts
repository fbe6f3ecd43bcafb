// axe-core on every page and open dialog, in light and dark; no sideways scrolling from 360 px up; screenshots to
// review.
import { AdminPage, expect, PASSWORD, PATH, signIn, test } from "../support/fixtures";
import { look } from "../support/look";

async function populate(admin: AdminPage, count: number): Promise<string> {
  let last = "";
  for (let number = 1; number <= count; number++) {
    const scopes = ["host:read:network_members", "host:read:network_events", "read:userinfo", "write:posts"].flatMap((scope) => ["--scope", scope]);
    const name = number % 2 ? `CRM Integration ${number}` : `Mobile App ${number}`;
    last = admin.latchkey.addApplication(name, ...scopes, ...(number % 2 ? [] : ["--public"])).client_id;
  }
  return last;
}

for (const count of [0, 1, 40]) {
  test(`the page with ${count} applications`, async ({ admin }) => {
    await populate(admin, count);
    await admin.open();
    await expect(admin.cards).toHaveCount(count);
    await look(admin.page, `applications-${count}`);
  });
}

test("the dialogs", async ({ admin }) => {
  const id = await populate(admin, 1);
  for (const dialog of ["new", `${id}/edit`, `${id}/duplicate`, `${id}/delete`, `${id}/disconnect`]) {
    await admin.open(`/${dialog}`);
    await expect(admin.dialog).toBeVisible();
    await look(admin.page, `dialog-${dialog.split("/").pop()}`);
  }
});

test("the form with errors, with warnings, and with the server refusing", async ({ admin }) => {
  const id = await populate(admin, 1);
  await admin.open("/new");
  await admin.fill({ uris: "http://evil.example/cb" });
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.dialog.locator("#name-error")).toBeVisible();
  await look(admin.page, "dialog-new-errors");

  await admin.open(`/${id}/edit`);
  await admin.fill({ confidential: false });
  await look(admin.page, "dialog-edit-destroys-secret");

  await admin.page.context().clearCookies();
  await admin.dialog.getByRole("button", { name: "Save" }).click();
  await expect(admin.dialog).toContainText("You have been signed out");
  await look(admin.page, "dialog-edit-refused");
});

test("a fresh secret, a paused card, a search without a match, a plan below Scale", async ({ admin, latchkey }) => {
  await admin.create("Fresh");
  await admin.choose("Fresh", "Pause");
  await expect(admin.card("Fresh").locator(".badge-paused")).toBeVisible();
  await look(admin.page, "applications-fresh-secret");
  await admin.open("?q=nothing");
  await look(admin.page, "applications-no-match");
  latchkey.cli(["network", "set", "--plan", "launch"]);
  await admin.open();
  await look(admin.page, "applications-plan-launch");
});

test("the plain pages", async ({ page, latchkey }) => {
  await page.goto(`${latchkey.url}/sign-in`);
  await look(page, "sign-in");
  await page.getByLabel("Email").fill("host@example.com");
  await page.getByLabel("Password").fill("wrong password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await look(page, "sign-in-wrong");
  await signIn(page, latchkey, "member@example.com");
  await page.goto(`${latchkey.url}/`);
  await look(page, "home");
  await page.goto(`${latchkey.url}/account/sessions`);
  await look(page, "sessions");
  // As a person changes it, with a wrong one first.
  await page.getByRole("link", { name: "change your password" }).click();
  await look(page, "password");
  await page.getByLabel("Current password").fill("wrong horse");
  await page.getByLabel("New password").fill("a river in the hills");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("That is not your current password.")).toBeVisible();
  await expect(page.getByLabel("Current password")).toBeFocused();
  await look(page, "password-wrong");
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByLabel("New password").fill("a river in the hills");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("status")).toContainText("Your password is changed.");
  await page.goto(`${latchkey.url}/account/sessions`);
  await expect(page.getByText("This session")).toBeVisible();
  await page.goto(`${latchkey.url}${PATH}`);
  await look(page, "forbidden");
  await page.goto(`${latchkey.url}/nowhere`);
  await look(page, "not-found");
});
