// OAuth in a browser: the consent page, connected apps, and an application's activity for hosts.
import { Client } from "../support/client";
import { expect, PASSWORD, PATH, signIn, test } from "../support/fixtures";
import { look } from "../support/look";

test("from a link to a first token, as the README says", async ({ page, latchkey }) => {
  const client = Client.register(latchkey, "First Steps", ["read:userinfo"]);
  await page.goto(client.link("read:userinfo"));
  await expect(page).toHaveTitle(/Sign in/);
  await expect(page.getByText("First Steps")).toBeVisible();
  await page.getByLabel("Email").fill("member@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: /First Steps/ })).toBeVisible();
  const back = await client.comesBack(page, () => page.getByRole("button", { name: "Allow" }).click());
  expect(back.get("iss")).toBe(latchkey.url);

  const { status, body } = await client.redeem(back.get("code")!);
  expect(status).toBe(200);
  expect(body).toMatchObject({ token_type: "Bearer", expires_in: 3600, scope: "read:userinfo" });
  const person = await client.userinfo(body.access_token).then((answer) => answer.json());
  expect(person).toMatchObject({ name: "Max Member", email: "member@example.com" });
});

test("works without JavaScript, and Deny says so to the application", async ({ browser, latchkey }) => {
  const client = Client.register(latchkey, "No Script", ["read:posts"]);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, latchkey, "member@example.com");
  await page.goto(client.link("read:posts"));
  const back = await client.comesBack(page, () => page.getByRole("button", { name: "Deny" }).click());
  expect(back.get("error")).toBe("access_denied");
  expect(back.get("code")).toBeNull();
  await context.close();
});

test("a member unticks a scope, and is not asked again for the rest", async ({ page, latchkey }) => {
  const client = Client.register(latchkey, "Choosy", ["read:posts", "write:posts"]);
  await signIn(page, latchkey, "member@example.com");
  await page.goto(client.link("read:posts write:posts"));
  await page.getByRole("checkbox", { name: /Create, edit and delete posts/ }).uncheck();
  const first = await client.comesBack(page, () => page.getByRole("button", { name: "Allow" }).click());
  expect((await client.redeem(first.get("code")!)).body.scope).toBe("read:posts");
  const again = await client.comesBack(page, () => page.goto(client.link("read:posts")).catch(() => undefined));
  expect(again.get("code")).toBeTruthy();
});

test("a member sees connected apps and revokes one, which stops its token", async ({ page, latchkey }) => {
  const client = Client.register(latchkey, "Reader", ["read:userinfo", "read:posts"]);
  await signIn(page, latchkey, "member@example.com");
  await page.goto(`${latchkey.url}/account/connected-apps`);
  await look(page, "connected-apps-none");
  await page.goto(client.link("read:userinfo read:posts"));
  const back = await client.comesBack(page, () => page.getByRole("button", { name: "Allow" }).click());
  const token = (await client.redeem(back.get("code")!)).body.access_token;
  expect((await client.userinfo(token)).status).toBe(200);

  await page.goto(`${latchkey.url}/account/connected-apps`);
  await expect(page.getByRole("heading", { name: "Reader" })).toBeVisible();
  await look(page, "connected-apps");
  await page.getByRole("button", { name: /Revoke/ }).click();
  await expect(page.getByRole("heading", { name: "Reader" })).toHaveCount(0);
  expect((await client.userinfo(token)).status).toBe(401);
});

test("a host finds the failure in the activity and adds the redirect URI from there", async ({ admin, latchkey }) => {
  const { page } = admin;
  const client = Client.register(latchkey, "Webhooks", ["read:posts"]);
  const mistyped = "http://localhost:5173/callback/";
  await page.goto(client.link("read:posts", { redirect_uri: mistyped }));
  await expect(page.getByText(/Request id/i)).toBeVisible();
  expect(new URL(page.url()).origin).toBe(latchkey.url);
  await look(page, "authorize-error");

  await admin.open();
  await admin.choose("Webhooks", "Activity");
  await expect(page.getByText("trailing slash").first()).toBeVisible();
  await look(page, "activity");
  await page.getByRole("link", { name: "Add this redirect URI" }).click();
  await look(page, "activity-add-redirect-uri");
  await page.getByRole("button", { name: /Add/ }).click();
  await expect(page.getByText("The redirect URI is registered")).toBeVisible();

  await page.goto(client.link("read:posts", { redirect_uri: mistyped }));
  const back = await client.comesBack(page, () => page.getByRole("button", { name: "Allow" }).click());
  expect(back.get("code")).toBeTruthy();
  await page.goto(`${latchkey.url}${PATH}/${client.application.client_id}/activity`);
  await look(page, "activity-after");
});

test("the consent page, for a member, for a host and for an application on the same machine", async ({ page, latchkey }) => {
  const scopes = ["host:read:network_members", "read:userinfo", "read:posts", "write:posts"];
  const client = Client.register(latchkey, "CRM Integration", scopes);
  await page.goto(client.link("read:userinfo"));
  await look(page, "sign-in-for-an-application");
  await signIn(page, latchkey, "host@example.com");
  await page.goto(client.link(scopes.join(" ")));
  await expect(page.getByText("Host only")).toBeVisible();
  await look(page, "consent-host");
  for (const box of await page.getByRole("checkbox").all()) await box.uncheck();
  await page.getByRole("button", { name: "Allow" }).click();
  await look(page, "consent-nothing-ticked");

  await page.getByRole("button", { name: "Not you?" }).click();
  await expect(page).toHaveTitle(/Sign in/);
  await page.getByLabel("Email").fill("member@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  const back = await client.comesBack(page, () => page.getByRole("button", { name: "Sign in", exact: true }).click());
  expect(back.get("error")).toBe("access_denied");
  expect(back.get("error_description")).toContain("only a host");
});

test("the answers of the consent page are in sight on a small phone, and no word is broken", async ({ page, latchkey }) => {
  const scopes = ["read:userinfo", "read:posts", "read:courses", "read:search", "write:posts", "write:comments"];
  const client = Client.register(latchkey, "Neighbourhood Integration", scopes);
  await signIn(page, latchkey, "member@example.com");
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(client.link(scopes.join(" ")));
  for (const name of ["Deny", "Allow"]) {
    await expect(page.getByRole("button", { name })).toBeInViewport({ ratio: 1 });
  }
  await expect(page.getByText("View your name and email address")).toBeVisible();
  await expect(page.getByRole("group", { name: "See" }).getByRole("checkbox")).toHaveCount(4);
  await expect(page.getByRole("group", { name: "Change" }).getByRole("checkbox")).toHaveCount(2);
  // Each word of the heading is on one line.
  const broken = await page.getByRole("heading", { level: 1 }).evaluate((heading) => {
    const texts = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
    const words: string[] = [];
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      for (const word of node.textContent!.matchAll(/\S+/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (range.getClientRects().length > 1) words.push(word[0]);
      }
    }
    return words;
  });
  expect(broken).toEqual([]);
  await page.keyboard.press("Tab");
  await page.getByRole("checkbox").last().focus();
  await look(page, "consent-six-scopes");
});
