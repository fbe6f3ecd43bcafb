// The list: none, many, search, filters, order, pages; the plan; who may see it.
import { expect, PATH, signIn, test } from "../support/fixtures";
import { look } from "../support/look";

test("with none yet the page says so and offers the button", async ({ admin }) => {
  await expect(admin.page.getByText("No OAuth applications yet")).toBeVisible();
  await admin.page.getByRole("link", { name: "Create your first application" }).click();
  await expect(admin.dialog).toHaveAccessibleName("New OAuth Application");
});

test("search finds by name, client id and redirect host, is in the address, and can be cleared", async ({ admin, latchkey }) => {
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
  await search.fill("myapp.example");
  await expect(admin.cards).toHaveCount(3);
  await search.fill("nothing like it");
  await expect(admin.page.getByText("Nothing matches")).toBeVisible();
  await admin.page.getByRole("link", { name: "Show all applications" }).click();
  await expect(admin.cards).toHaveCount(3);
  await expect(search).toHaveValue("");
});

test("a search survives opening and closing a dialog", async ({ admin, latchkey }) => {
  latchkey.addApplication("Alpha");
  latchkey.addApplication("Beta");
  await admin.open("?q=alph");
  await admin.card("Alpha").getByRole("link", { name: "Edit Alpha" }).click();
  await expect(admin.dialog).toBeVisible();
  await admin.dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(admin.page).toHaveURL(/\?q=alph$/);
  await expect(admin.cards).toHaveCount(1);
});

test("filters are links, say what there is none of, and keep the search", async ({ admin, latchkey }) => {
  latchkey.addApplication("Alpha");
  latchkey.addApplication("Beta", "--public");
  await admin.open("?q=b");
  const filters = admin.page.getByRole("navigation", { name: "Filter" });
  await filters.getByRole("link", { name: "Public" }).click();
  await expect(admin.page).toHaveURL(/\?q=b&filter=public$/);
  await expect(filters.getByRole("link", { name: "Public" })).toHaveAttribute("aria-current", "true");
  await expect(admin.page.getByText("1 public application matches “b”")).toBeVisible();
  await expect(admin.card("Beta")).toBeVisible();
  for (const [filter, text] of [
    ["failing", "Nothing is failing"],
    ["paused", "Nothing is paused"],
  ]) {
    await admin.open(`?filter=${filter}`);
    await expect(admin.page.getByRole("heading", { name: text })).toBeVisible();
  }
  await filters.getByRole("link", { name: "Never used" }).click();
  await expect(admin.cards).toHaveCount(2);
  await filters.getByRole("link", { name: "All" }).click();
  await expect(admin.page).toHaveURL(`${latchkey.url}${PATH}`);
});

test("the chosen order is in the address", async ({ admin, latchkey }) => {
  for (const name of ["Beta", "Alpha", "Gamma"]) latchkey.addApplication(name);
  await admin.open();
  await expect(admin.cards.first()).toHaveAccessibleName("Gamma");
  await admin.page.getByLabel("Sort by").selectOption("Name");
  await expect(admin.page).toHaveURL(/\?sort=name$/);
  await expect(admin.cards.first()).toHaveAccessibleName("Alpha");
  await admin.page.goBack();
  await expect(admin.page.getByLabel("Sort by")).toHaveValue("newest");
  await expect(admin.cards.first()).toHaveAccessibleName("Gamma");
});

test("a search while the server is down reports no result", async ({ admin, latchkey }) => {
  latchkey.addApplication("Alpha");
  latchkey.addApplication("Beta");
  await admin.open();
  await latchkey.down("SIGKILL");
  await admin.page.getByRole("searchbox").fill("Alpha");
  await expect(admin.page.getByRole("alert")).toContainText("The server cannot be reached");
  await expect(admin.page.getByText("This is the list from before")).toBeVisible();
  await expect(admin.page.locator(".count")).toHaveText("");
  await latchkey.up();
  await admin.page.getByRole("button", { name: "Try again" }).click();
  await expect(admin.page.getByText("1 application matches “Alpha”")).toBeVisible();
  await expect(admin.page.getByRole("alert")).toHaveCount(0);
});

test("a card has at most six stops of Tab, and arrow keys lead through its actions", async ({ admin, latchkey }) => {
  latchkey.addApplication("Alpha");
  await admin.open();
  const card = admin.card("Alpha");
  await card.getByRole("link", { name: "Alpha", exact: true }).focus();
  let stops = 0;
  while (await card.evaluate((it) => it.contains(document.activeElement))) {
    stops += 1;
    await admin.page.keyboard.press("Tab");
  }
  expect(stops).toBeLessThanOrEqual(6);
  await card.getByRole("link", { name: "Edit Alpha" }).focus();
  await admin.page.keyboard.press("ArrowRight");
  await expect(card.getByRole("link", { name: "Delete Alpha" })).toBeFocused();
  await admin.page.keyboard.press("ArrowRight");
  const more = card.getByRole("button", { name: "More for Alpha" });
  await expect(more).toBeFocused();
  await expect(more).toHaveAttribute("aria-expanded", "false");
  await admin.page.keyboard.press("ArrowDown");
  await expect(more).toHaveAttribute("aria-expanded", "true");
  const menu = card.getByRole("menu");
  await expect(menu.getByRole("menuitem").first()).toBeFocused();
  await admin.page.keyboard.press("End");
  await expect(menu.getByRole("menuitem", { name: "Export" })).toBeFocused();
  await admin.page.keyboard.press("ArrowDown");
  await expect(menu.getByRole("menuitem").first()).toBeFocused();
  await look(admin.page, "card-menu");
  await admin.page.keyboard.press("Escape");
  await expect(menu).toHaveCount(0);
  await expect(more).toBeFocused();
  await more.click();
  await admin.page.getByRole("heading", { level: 1 }).click();
  await expect(menu).toHaveCount(0);
});

test("names in any script, long ones too, stay inside their card", async ({ admin, latchkey }) => {
  for (const name of ["مُزامن التقويم", "Расписание 🗓️ курсов", `A ${"rather long name ".repeat(4)}`, "x".repeat(80)]) latchkey.addApplication(name.trim());
  await admin.open();
  await expect(admin.cards).toHaveCount(4);
  await look(admin.page, "applications-names");
});

test("many applications come in pages", async ({ admin, latchkey }) => {
  for (let number = 1; number <= 101; number++) latchkey.addApplication(`Application ${number}`);
  await admin.open();
  await expect(admin.page.getByText("101 applications")).toBeVisible();
  await expect(admin.cards).toHaveCount(50);
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
  await expect(admin.page.getByRole("link", { name: "New OAuth Application" })).toHaveCount(0);
  await expect(admin.cards).toHaveCount(1);
  // What would be refused is not offered.
  await expect(admin.card("Kept").getByRole("link", { name: "Edit Kept" })).toHaveCount(0);
  await expect(admin.card("Kept").getByRole("link", { name: "Delete Kept" })).toBeVisible();
  await expect((await admin.menu("Kept")).getByRole("menuitem")).toHaveText(["Use it", "Activity", "Export"]);
});

test("a member is told that only hosts get in; the signed-out sign in and come back", async ({ page, latchkey }) => {
  await page.goto(`${latchkey.url}${PATH}/new`);
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  await page.getByLabel("Email").fill("host@example.com");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
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
