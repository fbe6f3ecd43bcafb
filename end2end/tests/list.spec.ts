// The list: none, many, search, pages; the plan; who may see it.
import { expect, PATH, signIn, test } from "../support/fixtures";

test("with none yet the page says so and offers the button", async ({ admin }) => {
  await expect(admin.page.getByText("No OAuth applications yet")).toBeVisible();
  await admin.page.getByRole("button", { name: "Create your first application" }).click();
  await expect(admin.dialog).toHaveAccessibleName("New OAuth Application");
});

test("search finds by name and client id, is in the address, and can be cleared", async ({ admin, latchkey }) => {
  const zebra = latchkey.addApplication("Zebra Crossing");
  latchkey.addApplication("Élan Vital");
  latchkey.addApplication("100% _literal_");
  await admin.open();
  await expect(admin.cards).toHaveCount(3);
  const search = admin.page.getByRole("searchbox");
  await search.fill("ZEBRA");
  await expect(admin.cards).toHaveCount(1);
  await expect(admin.page).toHaveURL(/q=ZEBRA/);
  await search.fill("élan");
  await expect(admin.card("Élan Vital")).toBeVisible();
  await expect(admin.cards).toHaveCount(1);
  await search.fill("%");
  await expect(admin.card("100% _literal_")).toBeVisible();
  await expect(admin.cards).toHaveCount(1);
  await search.fill(zebra.client_id.slice(5, 20));
  await expect(admin.card("Zebra Crossing")).toBeVisible();
  await expect(admin.cards).toHaveCount(1);
  await search.fill("nothing like it");
  await expect(admin.page.getByText("Nothing matches")).toBeVisible();
  await admin.page.getByRole("button", { name: "Show all applications" }).click();
  await expect(admin.cards).toHaveCount(3);
  await expect(search).toHaveValue("");
});

test("a search survives opening and closing a dialog", async ({ admin, latchkey }) => {
  latchkey.addApplication("Alpha");
  latchkey.addApplication("Beta");
  await admin.open("?q=alph");
  await admin.card("Alpha").getByRole("button", { name: "Edit Alpha" }).click();
  await expect(admin.dialog).toBeVisible();
  await admin.dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(admin.page).toHaveURL(/\?q=alph$/);
  await expect(admin.cards).toHaveCount(1);
});

test("many applications come in pages", async ({ admin, latchkey }) => {
  for (let number = 1; number <= 41; number++) latchkey.addApplication(`Application ${number}`);
  await admin.open();
  await expect(admin.page.getByText("41 applications")).toBeVisible();
  await expect(admin.cards).toHaveCount(20);
  await admin.page.getByRole("link", { name: "Next" }).click();
  await expect(admin.page.getByText("Page 2 of 3")).toBeVisible();
  await admin.page.getByRole("link", { name: "Next" }).click();
  await expect(admin.cards).toHaveCount(1);
  await expect(admin.card("Application 1")).toBeVisible();
  await admin.page.goBack();
  await expect(admin.page.getByText("Page 2 of 3")).toBeVisible();
});

test("below Scale the page explains, and creating is refused by the server too", async ({ admin, latchkey }) => {
  latchkey.addApplication("Kept");
  await admin.open("/new");
  await admin.fill({ name: "Too late", uris: "https://t.example/cb", scopes: ["read:posts"] });
  latchkey.cli(["network", "set", "--plan", "launch"]);
  await admin.dialog.getByRole("button", { name: "Create" }).click();
  await expect(admin.dialog).toContainText("available on the Scale plan and above");
  await admin.open();
  await expect(admin.page.getByText("This network is on Launch")).toBeVisible();
  await expect(admin.page.getByRole("button", { name: "New OAuth Application" })).toHaveCount(0);
  await expect(admin.card("Kept")).toBeVisible();
  await expect(admin.cards).toHaveCount(1);
});

test("a member is told that only hosts get in; the signed-out sign in and come back", async ({ page, latchkey }) => {
  await page.goto(`${latchkey.url}${PATH}/new`);
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  await page.getByLabel("Email").fill("host@example.com");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${latchkey.url}${PATH}/new`);

  await page.context().clearCookies();
  await signIn(page, latchkey, "member@example.com");
  const response = await page.goto(`${latchkey.url}${PATH}`);
  expect(response!.status()).toBe(403);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("host");
});

test("Admin, then Settings > OAuth Applications, leads there from the main navigation", async ({ page, latchkey }) => {
  await signIn(page, latchkey, "host@example.com");
  await page.goto(latchkey.url);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Admin" }).click();
  await expect(page).toHaveURL(`${latchkey.url}${PATH}`);
  const settings = page.getByRole("navigation", { name: "Settings" });
  await expect(settings.getByRole("link", { name: "OAuth Applications" })).toHaveAttribute("aria-current", "page");
  await page.goto(`${latchkey.url}/admin/oauth-applications`);
  await expect(page).toHaveURL(`${latchkey.url}${PATH}`);
});
