// The audit trail: reached from the admin, filtered by a form, exported as CSV, and it looks right everywhere.
import { readFileSync } from "node:fs";
import { expect, signIn, test } from "../support/fixtures";
import { look } from "../support/look";

test("a host finds who did what, filters it and takes it along", async ({ page, latchkey }) => {
  latchkey.addApplication("CRM Integration");
  latchkey.addApplication("Mobile App");
  await signIn(page, latchkey, "host@example.com", "/admin/settings/oauth-applications");
  await page.getByRole("link", { name: "Audit trail" }).click();
  await expect(page.getByRole("heading", { name: "Audit trail", level: 1 })).toBeVisible();
  const entries = page.getByRole("main").getByRole("listitem");
  await expect(entries.first()).toContainText("Host signed in");
  await expect(entries.first()).toContainText("host@example.com");

  await page.getByLabel("Action").selectOption({ label: "Application registered" });
  await page.getByLabel("Target or detail").fill("crm");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(entries).toHaveCount(1);
  await expect(entries).toContainText("CRM Integration");
  await expect(page.getByLabel("Target or detail")).toHaveValue("crm");

  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("audit.csv");
  const lines = readFileSync(await download.path(), "utf8").trim().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain("CRM Integration");

  await page.getByRole("link", { name: "Clear" }).click();
  await expect(entries.first()).toContainText("Audit trail exported");
});

test("it looks right with entries, with none, and with a day that is none", async ({ page, latchkey }) => {
  for (let number = 0; number < 60; number++) latchkey.addApplication(`App ${number} ${"with a long name ".repeat(3)}`);
  await signIn(page, latchkey, "host@example.com", "/admin/audit");
  await look(page, "audit");
  await page.goto(`${latchkey.url}/admin/audit?target=nothing-like-this`);
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await look(page, "audit-nothing");
  await page.goto(`${latchkey.url}/admin/audit?from=soon`);
  await expect(page.getByRole("alert")).toContainText("no day");
  await look(page, "audit-error");
});

test("a member is told that it is for hosts", async ({ page, latchkey }) => {
  await signIn(page, latchkey, "member@example.com", "/admin/audit");
  await expect(page.getByText("Only hosts can open Admin")).toBeVisible();
});
