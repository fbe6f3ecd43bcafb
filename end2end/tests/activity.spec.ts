// Activity: of one application and of all, with what helps against each failure.
import { Client } from "../support/client";
import { expect, Page, PATH, signIn, test } from "../support/fixtures";
import { look } from "../support/look";

// Not UTC: times are shown as they are where the host is.
test.use({ timezoneId: "America/New_York", locale: "en-US" });

const rows = (page: Page) => page.locator(".entry");

/** What a client reads that exchanges a code that does not exist. */
async function failedExchange(client: Client): Promise<string> {
  const answer = await fetch(`${client.latchkey.url}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: "nonsense",
      redirect_uri: client.redirectUri,
      client_id: client.application.client_id,
      client_secret: client.application.client_secret!,
    }),
  });
  expect(answer.status).toBe(400);
  return answer.headers.get("x-request-id")!;
}

test("rows open with the keyboard, and times are local with UTC beside them", async ({ admin, latchkey }) => {
  const { page } = admin;
  const client = Client.register(latchkey, "CRM", ["read:posts"]);
  for (let count = 0; count < 3; count++) await failedExchange(client);
  await client.comesBack(page, () => page.goto(client.link("read:courses")).catch(() => undefined));
  await page.goto(`${latchkey.url}${PATH}/${client.application.client_id}/activity`);
  await expect(page.getByRole("heading", { level: 1, name: "CRM" })).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).nth(0).locator("details")).toHaveAttribute("open", "");
  const folded = rows(page).nth(1);
  await expect(folded).toContainText("3 times, last");
  await expect(folded.locator("details")).not.toHaveAttribute("open", "");
  for (const row of await rows(page).all()) {
    const box = await row.locator("summary").boundingBox();
    expect(box!.height).toBeGreaterThanOrEqual(44);
  }
  await folded.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(folded.getByText("Request id")).toBeVisible();
  await expect(folded.getByRole("link", { name: "Show how" })).toBeVisible();

  const time = folded.locator("time").first();
  await expect(time).toHaveAttribute("title", / UTC$/);
  await expect(time).not.toContainText("UTC");
  const shown = await time.textContent();
  const at = new Date((await time.getAttribute("datetime"))!);
  const expected = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "medium", timeZone: "America/New_York" }).format(at);
  expect(shown).toBe(expected);
  await look(page, "activity-rows");
});

test("filters are links, and a search finds a request id, a member and words", async ({ admin, latchkey }) => {
  const { page } = admin;
  const client = Client.register(latchkey, "CRM", ["read:posts"]);
  const first = await failedExchange(client);
  await failedExchange(client);
  await page.goto(client.link("read:posts"));
  await client.comesBack(page, () => page.getByRole("button", { name: "Allow" }).click());
  await page.goto(`${latchkey.url}${PATH}/${client.application.client_id}/activity`);
  await expect(rows(page)).toHaveCount(2);
  for (const [name, count] of [["Failed", 1], ["Authorizations", 1], ["Tokens", 1], ["API", 0], ["All", 2]] as const) {
    await page.getByRole("navigation", { name: "Filter the activity" }).getByRole("link", { name, exact: true }).click();
    await expect(rows(page)).toHaveCount(count);
  }
  for (const [words, count] of [[first, 1], ["hanna", 1], ["did not issue", 1], ["nothing like it", 0]] as const) {
    await page.getByRole("searchbox", { name: "Search" }).fill(words);
    await page.getByRole("button", { name: "Search" }).click();
    await expect(rows(page)).toHaveCount(count);
    await expect(page.getByRole("searchbox", { name: "Search" })).toHaveValue(words);
  }
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  await look(page, "activity-no-match");
  await page.getByRole("link", { name: "Clear" }).click();
  await expect(rows(page)).toHaveCount(2);
});

test("a scope that was missing is added from the entry", async ({ admin, latchkey }) => {
  const { page } = admin;
  const client = Client.register(latchkey, "Writer", ["read:posts"]);
  const link = client.link("read:posts write:posts");
  await page.goto(link);
  await expect(page.getByText("write:posts")).toHaveCount(0);
  const narrowed = await client.comesBack(page, () => page.getByRole("button", { name: "Allow" }).click());
  expect(narrowed.get("code")).toBeTruthy();
  await page.goto(`${latchkey.url}${PATH}/${client.application.client_id}/activity`);
  await page.getByRole("link", { name: "Add write:posts" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Add scopes to Writer?" })).toBeVisible();
  await look(page, "activity-add-scopes");
  await page.getByRole("button", { name: "Add write:posts" }).click();
  await expect(page.getByText("The scopes are registered.")).toBeVisible();
  await page.goto(link);
  const back = await client.comesBack(page, () => page.getByRole("button", { name: "Allow" }).click());
  expect(back.get("code")).toBeTruthy();
});

test("an error page leads a host to its entry, and anybody's request id is found", async ({ admin, browser, latchkey }) => {
  const { page } = admin;
  const client = Client.register(latchkey, "CRM", ["read:posts"]);
  const link = client.link("read:posts", { redirect_uri: `${client.redirectUri}/` });

  // A member reads only the id, and tells it to a host.
  const context = await browser.newContext();
  const member = await context.newPage();
  await signIn(member, latchkey, "member@example.com");
  await member.goto(link);
  await expect(member.getByRole("link", { name: "See what went wrong" })).toHaveCount(0);
  const told = (await member.locator(".mono").last().textContent())!;
  await context.close();

  await page.goto(`${latchkey.url}/admin/activity`);
  await page.getByRole("searchbox", { name: "Find a request" }).fill(`Request id ${told}`);
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText("Max Member");
  await expect(rows(page).getByRole("link", { name: "Add this redirect URI" })).toBeVisible();
  await look(page, "activity-request");

  await page.goto(link);
  await page.getByRole("link", { name: "See what went wrong" }).click();
  await expect(rows(page)).toContainText("trailing slash");

  await page.getByRole("searchbox", { name: "Find a request" }).fill("0123456789abcdef");
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Nothing was recorded under this id" })).toBeVisible();
  await look(page, "activity-request-none");
});

test("without scripts everything works, with times in UTC", async ({ admin, browser, latchkey }) => {
  const client = Client.register(latchkey, "CRM", ["read:posts"]);
  const id = await failedExchange(client);
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: await admin.page.context().storageState() });
  const page = await context.newPage();
  await page.goto(`${latchkey.url}/admin/activity`);
  await expect(rows(page)).toHaveCount(1);
  await expect(page.locator("time").first()).toContainText("UTC");
  await page.getByRole("searchbox", { name: "Search", exact: true }).fill(id);
  await page.getByRole("button", { name: "Search" }).click();
  await expect(rows(page)).toHaveCount(1);
  await context.close();
});

test("over all applications, with what belongs to none", async ({ admin, latchkey }) => {
  const { page } = admin;
  const client = Client.register(latchkey, "CRM", ["read:posts"]);
  await failedExchange(client);
  await page.goto(client.link("read:posts", { client_id: client.application.client_id.slice(0, 42) }));
  await page.goto(`${latchkey.url}/admin/activity`);
  await expect(rows(page)).toHaveCount(2);
  await look(page, "activity-all");
  await page.getByRole("link", { name: "Not matched to an application" }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText(client.application.client_id.slice(0, 42));
  await expect(rows(page).getByRole("link", { name: "Show the credentials of CRM" })).toBeVisible();
  await look(page, "activity-unmatched");
});
