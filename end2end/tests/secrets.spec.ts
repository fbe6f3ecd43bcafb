// A host replaces a client secret while the integration keeps working.
import { Client } from "../support/client";
import { AdminPage, expect, PATH, test } from "../support/fixtures";
import { look } from "../support/look";

const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** Opens the credentials of an application. */
async function openCredentials(admin: AdminPage, client: Client): Promise<void> {
  await admin.open(`/${client.application.client_id}/credentials`);
}

/** Whether a secret is accepted: sends a request that is valid except for its token. */
async function accepted(client: Client, secret: string): Promise<boolean> {
  const other = new Client(client.latchkey, { ...client.application, client_secret: secret });
  return (await other.post("/oauth/introspect", { token: "nonsense" })).status === 200;
}

test("a new secret works beside the old one, which says when it can be retired", async ({ admin, latchkey }) => {
  const client = Client.register(latchkey, "CRM", ["read:posts"]);
  const old = client.application.client_secret!;
  await openCredentials(admin, client);
  const card = admin.page.getByRole("main");
  await expect(card).toContainText("Created just now · never used");

  await card.getByRole("button", { name: "New secret for CRM" }).click();
  await expect(admin.toast).toContainText("New secret created. The old one works until you retire it.");
  const fields = card.locator(".secret");
  await expect(fields).toHaveCount(2);
  await expect(fields.first()).toHaveText(SECRET);
  await expect(card).toContainText("Store this secret safely now");
  await expect(card).toContainText("Keep it: the new secret has not been used yet.");
  const fresh = (await fields.first().textContent())!;
  expect(fresh).not.toBe(old);
  await card.getByRole("button", { name: "Copy Old Client Secret" }).click();
  await expect(admin.toast).toContainText("Old Client Secret copied");
  expect(await admin.clipboard()).toBe(old);
  await card.getByRole("button", { name: "Reveal Old Client Secret" }).click();
  await expect(fields.last()).toHaveText(old);
  await look(admin.page, "secrets-two");

  // Both are valid. When the new one is in use, the old one can be retired.
  expect(await accepted(client, old)).toBe(true);
  await new Promise((wait) => setTimeout(wait, 5));
  expect(await accepted(client, fresh)).toBe(true);
  await openCredentials(admin, client);
  await expect(card).toContainText("Safe to retire: not used since the new secret was first used just now.");
  await look(admin.page, "secrets-safe");

  await card.getByRole("link", { name: "Retire the old secret of CRM" }).click();
  await expect(admin.dialog).toContainText("Retire the old secret of CRM?");
  await expect(admin.dialog).toContainText("Safe to retire");
  await look(admin.page, "secrets-retire");
  await admin.page.goBack();
  await expect(admin.dialog).toHaveCount(0);
  await expect(card.getByRole("link", { name: "Retire the old secret of CRM" })).toBeFocused();
  await card.getByRole("link", { name: "Retire the old secret of CRM" }).click();
  await admin.dialog.getByRole("button", { name: "Retire secret" }).click();
  await expect(admin.toast).toContainText("Secret retired");
  await expect(fields).toHaveCount(1);
  expect(await accepted(client, old)).toBe(false);
  expect(await accepted(client, fresh)).toBe(true);

  // An integrator who missed the change can read why it fails.
  await admin.page.goto(`${latchkey.url}${PATH}/${client.application.client_id}/activity`);
  await expect(admin.page.getByText(/retired this secret just now; use the new one/).first()).toBeVisible();
});

test("a secret that somebody else retired meanwhile is said to be gone", async ({ admin, latchkey }) => {
  const client = Client.register(latchkey, "Shared", ["read:posts"]);
  latchkey.cli(["app", "new-secret", client.application.client_id]);
  await openCredentials(admin, client);
  await admin.page.getByRole("link", { name: "Retire the old secret of Shared" }).click();
  await expect(admin.dialog).toContainText("Retire the old secret of Shared?");
  latchkey.cli(["app", "retire-secret", client.application.client_id]);
  await admin.dialog.getByRole("button", { name: "Retire secret" }).click();
  await expect(admin.dialog).toContainText("This secret no longer exists");
  await admin.dialog.getByRole("button", { name: "Cancel" }).click();
  await openCredentials(admin, client);
  await expect(admin.page.locator(".secret")).toHaveCount(1);
});

test("with the keyboard alone", async ({ admin, latchkey }) => {
  const client = Client.register(latchkey, "Keys", ["read:posts"]);
  await openCredentials(admin, client);
  const card = admin.page.getByRole("main");
  await card.getByRole("button", { name: "New secret for Keys" }).focus();
  await admin.page.keyboard.press("Enter");
  await expect(card.locator(".secret")).toHaveCount(2);
  // The button is gone, and the focus is on the name.
  await expect(card.locator("h1 > span")).toBeFocused();
  await card.getByRole("link", { name: "Retire the new secret of Keys" }).focus();
  await admin.page.keyboard.press("Enter");
  await expect(admin.dialog).toContainText("Retire the new secret of Keys?");
  await admin.page.keyboard.press("Escape");
  await expect(admin.dialog).toHaveCount(0);
});

test("with two secrets the card has the newest, and leads to the old one", async ({ admin, latchkey }) => {
  const client = Client.register(latchkey, "CRM", ["read:posts"]);
  latchkey.cli(["app", "new-secret", client.application.client_id]);
  await admin.open();
  const card = admin.card("CRM");
  await expect(card.locator(".secret")).toHaveCount(1);
  await card.getByRole("link", { name: "+1 old secret" }).click();
  await expect(admin.page).toHaveURL(`${latchkey.url}${PATH}/${client.application.client_id}/credentials`);
  await expect(admin.page.locator(".secret")).toHaveCount(2);
});
