// The audit trail: reached from the admin, filtered by a form, exported as CSV, and it looks right everywhere.
import { boxes } from "../support/boxes";
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

  // An application leads to its page.
  await expect(entries.getByRole("link", { name: "CRM Integration" })).toHaveAttribute("href", /\/oauth-applications\/[\w-]{43}$/);

  await page.getByRole("link", { name: "Clear" }).click();
  await expect(entries.first()).toContainText("Audit trail exported");
});

test("on a wide screen the filters are in one row, with their labels in line", async ({ page, latchkey }) => {
  await signIn(page, latchkey, "host@example.com", "/admin/audit");
  await page.setViewportSize({ width: 1440, height: 900 });
  const form = page.getByRole("search", { name: "Filter the audit trail" });
  const tops = async (elements: ReturnType<typeof form.locator>) =>
    new Set(await elements.evaluateAll((all) => all.map((element) => Math.round(element.getBoundingClientRect().top))));
  expect((await tops(form.locator("label"))).size).toBe(1);
  expect((await tops(form.locator(".input"))).size).toBe(1);
  const cut = await form.getByLabel("Who").evaluate((input: HTMLInputElement) => {
    input.value = input.placeholder;
    return input.scrollWidth > input.clientWidth;
  });
  expect(cut, "the placeholder is cut").toBe(false);
});

test("a long name of the network leaves everything in its row", async ({ page, latchkey }) => {
  await signIn(page, latchkey, "host@example.com", "/admin/audit");
  for (const width of [360, 860]) {
    await page.setViewportSize({ width, height: 900 });
    await page.locator(".brand-name").evaluate((name) => (name.textContent = "The Society of Friends of the Old Harbour ".repeat(3)));
    const [brand, signOut] = await boxes(page, page.locator(".brand"), page.getByRole("button", { name: "Sign out" }));
    expect(signOut.y).toBeLessThan(brand.y + brand.height);
    // Nothing of the current section's frame is cut off: its box is within that of the groups.
    const sidebar = await page.locator(".sidebar").evaluate((element) => getComputedStyle(element).overflowX);
    expect(sidebar).toBe("visible");
  }
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
