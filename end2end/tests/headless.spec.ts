// The Headless API in the admin: trying an application from its card, the explorer, and usage.
import { boxes } from "../support/boxes";
import { expect, PATH, test } from "../support/fixtures";
import { look } from "../support/look";

const SCOPES = ["host:read:network_members", "host:read:network_posts", "read:userinfo", "read:posts", "read:search"].flatMap((scope) => ["--scope", scope]);

test("Try it goes through a real authorization and ends in the explorer", async ({ admin, latchkey }) => {
  const { page } = admin;
  latchkey.addApplication("Roster Client", ...SCOPES);
  await admin.open();
  await admin.choose("Roster Client", "Try it");
  await expect(page.getByRole("heading", { name: /Roster Client wants to use/ })).toBeVisible();
  await expect(page.getByText("API explorer")).toBeVisible();
  await look(page, "consent-explorer-login");
  await page.getByRole("button", { name: "Allow" }).click();

  await expect(page.getByRole("heading", { name: "API explorer" })).toBeVisible();
  await expect(page).not.toHaveURL(/code=/);
  await expect(page.locator("#explorer")).not.toHaveAttribute("data-token");
  const run = page.getByRole("button", { name: /Execute query/ });
  await run.click();
  const result = page.locator(".graphiql-response, .result-window").first();
  await expect(result).toContainText('"Hanna"');
  await expect(result).toContainText('"totalCount"');
  await expect(result).not.toContainText("errors");
  await page.screenshot({ path: "screenshots/explorer-1440-light.png" });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.screenshot({ path: "screenshots/explorer-1440-dark.png" });

  // On a phone, the query and the answer are below each other, and both can be used.
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  const [editors, response] = await boxes(page, page.locator(".graphiql-editors"), page.locator(".graphiql-response"));
  expect(editors.width).toBeGreaterThan(280);
  expect(response.width).toBeGreaterThan(280);
  expect(response.y).toBeGreaterThanOrEqual(editors.y + editors.height);
  await page.screenshot({ path: "screenshots/explorer-360-dark.png", fullPage: true });
  await page.setViewportSize({ width: 1440, height: 900 });

  // The requests just made are counted.
  await page.goto(`${latchkey.url}/admin/headless-api`);
  await expect(page.getByText("Roster Client").first()).toBeVisible();
  await look(page, "headless-api");
  // The token is not stored: the explorer asks again later, and remembers the chosen application.
  await page.goto(`${latchkey.url}/admin/headless-api/explorer`);
  await look(page, "explorer-choice");
  await page.getByRole("button", { name: "Get a token" }).click();
  // Consent in the explorer is not remembered either.
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.locator("#explorer")).toBeVisible();
});

test("GraphiQL reads the schema with its descriptions", async ({ admin, latchkey }) => {
  const { page } = admin;
  latchkey.addApplication("Reader", "--skip-consent", ...SCOPES);
  await page.goto(`${latchkey.url}/admin/headless-api/explorer`);
  await page.getByLabel("Act as").selectOption({ label: "Reader" });
  await page.getByRole("button", { name: "Get a token" }).click();
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await page.getByText("Query", { exact: true }).first().click();
  await expect(page.getByText("Whose token it is.")).toBeVisible();
});

test("without an application, and without any use", async ({ admin, latchkey }) => {
  const { page } = admin;
  await page.goto(`${latchkey.url}/admin/headless-api`);
  await expect(page.getByText("No requests in the last 7 days")).toBeVisible();
  await look(page, "headless-api-none");
  await page.getByRole("link", { name: "Open the explorer" }).click();
  await expect(page.getByText("No applications yet")).toBeVisible();
  await look(page, "explorer-none");
  await page.getByRole("link", { name: "New OAuth Application" }).click();
  await expect(page).toHaveURL(new RegExp(`${PATH}/new$`));
});
