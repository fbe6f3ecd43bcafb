// Members sign in with accounts at other providers. The providers are real: node-oidc-provider, Authlib, another Latchkey.
import { Client } from "../support/client";
import { Latchkey } from "../support/latchkey";
import { look } from "../support/look";
import { linkOf, MailServer } from "../support/mail";
import { Sites } from "../support/callbacks";
import { callback, OpenIdProvider } from "../support/providers";
import {
  continues, diverts, expect, isRefused, isSignedIn, members, newPage, presses, signsInHere, signsInThere, signsOutHere, test, WIDTHS,
} from "../support/sso";

test("a verified address joins a member, who comes back by id, unlinks and links", async ({ page, latchkey, openid }) => {
  latchkey.addMember("ada@example.com", "Ada Lovelace", "member");
  await openid.addTo(latchkey, "club", "The Club", "--on");
  await page.goto(`${latchkey.url}/sign-in`);
  await expect(page.getByRole("link", { name: "Continue with The Club" })).toBeVisible();
  await look(page, "sso-sign-in", WIDTHS);
  await continues(page, latchkey, "The Club", "ada");
  await expect(page).toHaveURL(`${latchkey.url}/account/providers`);
  await expect(page.locator(".linked-label")).toHaveText("ada@example.com");
  await look(page, "sso-linked", WIDTHS);
  await isSignedIn(page, latchkey, "Ada Lovelace");

  const [asked] = await openid.seen("authorization");
  expect(asked.query).toMatchObject({ response_type: "code", code_challenge_method: "S256", redirect_uri: callback(latchkey, "club") });
  for (const secret of ["state", "nonce", "code_challenge"]) expect(asked.query[secret]).toMatch(/^[\w-]{43}$/);
  const [exchange] = await openid.seen("token");
  expect(exchange.authorization).toMatch(/^Basic /);
  expect(exchange.form).not.toHaveProperty("client_secret");

  // The address there is another one now. The id is not.
  await openid.tell({ accounts: { ada: { email: "countess@example.com", email_verified: true, name: "The Countess" } } });
  await signsOutHere(page);
  await presses(page, latchkey, "The Club");
  await isSignedIn(page, latchkey, "Ada Lovelace");
  expect(members(latchkey).map(({ email }) => email)).not.toContain("countess@example.com");

  await page.goto(`${latchkey.url}/account/providers`);
  await page.getByLabel("Unlink The Club").click();
  await page.getByRole("button", { name: "Unlink the account" }).click();
  await expect(page.getByText("Not linked", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Link The Club" }).click();
  await expect(page.locator(".linked-label")).toHaveText("countess@example.com");
  await expect(page.getByText("The account is linked.")).toBeVisible();
});

test("new people become members where the host allows it, and cannot unlink their only way", async ({ page, latchkey, openid }) => {
  await openid.addTo(latchkey, "closed", "Closed Club", "--on");
  await openid.addTo(latchkey, "open", "Open Club", "--on", "--admit-new-people");
  await openid.tell({ accounts: { newcomer: { email: "newcomer@example.com", email_verified: true, name: "Nele New" } } });
  await continues(page, latchkey, "Closed Club", "newcomer");
  await isRefused(page, latchkey, /You are not a member yet/);
  await look(page, "sso-not-a-member", WIDTHS);
  expect(members(latchkey)).toHaveLength(2);

  await presses(page, latchkey, "Open Club");
  await isSignedIn(page, latchkey, "Nele New");
  expect(members(latchkey)).toContainEqual(expect.objectContaining({ email: "newcomer@example.com", name: "Nele New" }));
  await page.goto(`${latchkey.url}/account/providers`);
  await expect(page.getByText("This is your only way to sign in")).toBeVisible();
  await expect(page.getByLabel("Unlink Open Club")).toHaveCount(0);
  await look(page, "sso-last-way", WIDTHS);
  // The button is missing, and so is the right.
  const forced = await page.request.post(`${latchkey.url}/account/providers/open/unlink`, { headers: { origin: latchkey.url } });
  expect(await forced.text()).toContain("link another account or add a passkey first");
  await page.reload();
  await expect(page.locator(".linked-label")).toHaveText("newcomer@example.com");
});

test("an address that is not verified takes over nobody: the member proves themselves and is linked", async ({ page, latchkey, openid }) => {
  await openid.addTo(latchkey, "club", "The Club", "--on", "--admit-new-people");
  await openid.tell({
    accounts: {
      doubtful: { email: "member@example.com", email_verified: false, name: "Max" },
      silent: { email: "member@example.com", name: "Max" },
      nobody: { email: "nobody@example.com", email_verified: false, name: "Nobody" },
    },
  });
  // The page is the same, whether there is a member with that address or not.
  const said: string[] = [];
  for (const login of ["nobody", "silent", "doubtful"]) {
    await page.context().clearCookies();
    await continues(page, latchkey, "The Club", login);
    const text = await isRefused(page, latchkey, /The Club does not say that your email address is yours/);
    said.push(text.replace(/Request id \S+/, ""));
  }
  expect(new Set(said).size).toBe(1);
  expect(members(latchkey)).toHaveLength(2);
  await page.getByRole("link", { name: "Sign in and link" }).click();
  await signsInHere(page, "member@example.com");
  await page.getByRole("button", { name: "Link The Club" }).click();
  await expect(page.locator(".linked-label")).toHaveText("member@example.com");
  await signsOutHere(page);
  await presses(page, latchkey, "The Club");
  await isSignedIn(page, latchkey, "Max Member");
});

test("where there is mail, a link decides whose an unverified address is, in the browser that asked", async ({ page, browser, openid }) => {
  const mail = await MailServer.start();
  const latchkey = await Latchkey.start("--allow-outgoing", "127.0.0.0/8", ...mail.flags);
  latchkey.addMember("host@example.com", "Hanna Host", "host");
  latchkey.addMember("member@example.com", "Max Member", "member");
  await openid.addTo(latchkey, "club", "The Club", "--on", "--admit-new-people");
  await openid.tell({
    accounts: {
      mailed: { email: "member@example.com", email_verified: false },
      unmailed: { email: "unmailed@example.com", email_verified: false },
    },
  });
  await continues(page, latchkey, "The Club", "unmailed");
  await isRefused(page, latchkey, /Look into your mail/);
  await page.context().clearCookies();
  await continues(page, latchkey, "The Club", "mailed");
  await isRefused(page, latchkey, /Look into your mail/);
  await expect.poll(() => mail.mails.length).toBe(1);
  expect(mail.mails[0].to).toContain("member@example.com");
  const link = linkOf(mail.mails[0]);

  const thief = await newPage(browser);
  await thief.goto(link);
  await thief.getByRole("button", { name: "Link the account and sign in" }).click();
  await isRefused(thief, latchkey, /This link does not work/);
  await page.goto(link);
  await look(page, "sso-link-account", WIDTHS);
  await page.getByRole("button", { name: "Link the account and sign in" }).click();
  await expect(page).toHaveURL(`${latchkey.url}/account/providers`);
  await expect(page.locator(".linked-label")).toHaveText("member@example.com");
  await signsOutHere(page);
  await presses(page, latchkey, "The Club");
  await isSignedIn(page, latchkey, "Max Member");
  expect(mail.mails.filter(({ to }) => to.includes("unmailed"))).toEqual([]);
  await latchkey.dispose();
  mail.dispose();
});

test("name, address and picture follow the provider where the host ticked that", async ({ page, latchkey, openid }) => {
  await openid.addTo(latchkey, "club", "The Club", "--on", "--admit-new-people", "--follow-profile");
  const picture = `${openid.issuer}/picture.png`;
  await openid.tell({ accounts: { mona: { email: "mona@example.com", email_verified: true, name: "Mona", picture } } });
  await continues(page, latchkey, "The Club", "mona");
  await isSignedIn(page, latchkey, "Mona");
  await openid.tell({ accounts: { mona: { email: "mona.new@example.com", email_verified: true, name: "Mona New", picture } } });
  await signsOutHere(page);
  await presses(page, latchkey, "The Club");
  await isSignedIn(page, latchkey, "Mona New");
  expect(members(latchkey)).toContainEqual(expect.objectContaining({ email: "mona.new@example.com", name: "Mona New" }));
  await expect(async () => {
    await page.goto(`${latchkey.url}/account/profile`);
    await expect(page.getByRole("button", { name: /Remove the picture/ }).or(page.locator("main img")).first()).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 10_000 });
  // The address of another member stays theirs, and one that is not verified is not taken.
  for (const [email, email_verified] of [["member@example.com", true], ["mona.third@example.com", false]] as const) {
    await openid.tell({ accounts: { mona: { email, email_verified, name: "Mona Last" } } });
    await signsOutHere(page);
    await presses(page, latchkey, "The Club");
    await isSignedIn(page, latchkey, "Mona Last");
  }
  const listed = members(latchkey).map(({ email, name }) => `${name} <${email}>`);
  expect(listed).toContain("Mona Last <mona.new@example.com>");
  expect(listed).toContain("Max Member <member@example.com>");
});

test("a host proves themselves first, also where the host's address is verified", async ({ page, latchkey, openid }) => {
  await openid.addTo(latchkey, "club", "The Club", "--on", "--verifies-emails", "--follow-profile");
  await continues(page, latchkey, "The Club", "host");
  await isRefused(page, latchkey, /There is already an account with host@example\.com/);
  await look(page, "sso-link-first", WIDTHS);
  await page.getByRole("link", { name: "Sign in and link" }).click();
  await signsInHere(page, "host@example.com");
  await page.getByRole("button", { name: "Link The Club" }).click();
  await expect(page.locator(".linked-label")).toHaveText("host@example.com");
  await signsOutHere(page);
  await presses(page, latchkey, "The Club", "/admin/members");
  await expect(page).toHaveURL(`${latchkey.url}/admin/members`);
});

test("an application's request goes through: state of 4 kB, prompt, login_hint", async ({ page, latchkey, openid }) => {
  await openid.addTo(latchkey, "club", "The Club", "--on", "--admit-new-people");
  const sites = new Sites();
  const wiki = await sites.open("http", "127.0.0.1");
  const client = Client.at(`${wiki}/callback`, latchkey, "Wiki", ["openid", "profile", "email"]);
  const state = "sta te/?&=%".repeat(400).slice(0, 4096);
  const ask = (more: Record<string, string>) => client.link("openid profile email", { state, nonce: "n-0S6_WzA2Mj", ...more });
  const back = async (act: () => Promise<unknown>) => {
    await act();
    await page.waitForURL(`${wiki}/callback?*`);
    const answer = new URL(page.url()).searchParams;
    expect(answer.get("state")).toBe(state);
    return answer;
  };

  await page.goto(ask({ login_hint: "wikipedian@example.com" }));
  await expect(page.getByText("Wiki")).toBeVisible();
  await page.getByRole("link", { name: "Continue with The Club" }).click();
  await expect(page.getByLabel("Login name")).toHaveValue("wikipedian@example.com");
  await signsInThere(page, "wikipedian");
  await expect(page.getByRole("heading", { name: /Wiki/ })).toBeVisible();
  const first = await back(() => page.getByRole("button", { name: "Allow" }).click());
  const { body } = await client.redeem(first.get("code")!);
  const [, claims] = String(body.id_token).split(".").map((part) => Buffer.from(part, "base64url").toString());
  expect(JSON.parse(claims)).toMatchObject({ nonce: "n-0S6_WzA2Mj", email: "wikipedian@example.com", email_verified: true });

  // Somebody who is signed in is not asked; `prompt=login` asks again, at the provider as well.
  expect((await back(() => page.goto(ask({ prompt: "none" })))).get("code")).toBeTruthy();
  await openid.tell({ reset: true });
  await page.goto(ask({ prompt: "login" }));
  await page.getByRole("link", { name: "Continue with The Club" }).click();
  await expect(page.getByLabel("Login name")).toBeVisible();
  expect((await openid.seen("authorization"))[0].query).toMatchObject({ prompt: "login" });
  await back(() => signsInThere(page, "wikipedian"));

  // Nobody is signed in, and nobody is to be asked: the provider is not visited.
  await openid.tell({ reset: true });
  await signsOutHere(page);
  expect((await back(() => page.goto(ask({ prompt: "none" })))).get("error")).toBe("login_required");
  expect(await openid.seen("authorization")).toEqual([]);

  // Somebody who changes their mind at the provider can choose another way, and the request is still there.
  await page.context().clearCookies();
  await page.goto(ask({}));
  await page.getByRole("link", { name: "Continue with The Club" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await isRefused(page, latchkey, /You did not sign in with The Club/);
  await page.locator(".panel-action a").click();
  if (new URL(page.url()).origin === latchkey.url) await page.getByRole("link", { name: "Continue with The Club" }).click();
  await back(() => signsInThere(page, "wikipedian"));
  await sites.close();
});

test("another Latchkey signs people in", async ({ page, latchkey, other }) => {
  const email = `ida-${latchkey.port}@example.com`;
  other.latchkey.addMember(email, "Ida There", "member");
  // Nobody proved to the other network that the address is theirs, so its hosts answer for it.
  other.addTo(latchkey, "guild", "The Guild", "--on", "--admit-new-people", "--verifies-emails");
  await presses(page, latchkey, "The Guild");
  await expect(page).toHaveTitle(/Sign in/);
  expect(new URL(page.url()).origin).toBe(other.issuer);
  await signsInHere(page, email);
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page).toHaveURL(`${latchkey.url}/account/providers`);
  await isSignedIn(page, latchkey, "Ida There");
  await signsOutHere(page);
  await presses(page, latchkey, "The Guild");
  await isSignedIn(page, latchkey, "Ida There");
});

test("a callback helps nobody else: another browser, a second time, another provider, another site", async ({ page, browser, latchkey, openid }) => {
  const second = await OpenIdProvider.start();
  await openid.addTo(latchkey, "first", "First", "--on", "--admit-new-people");
  await second.addTo(latchkey, "second", "Second", "--on", "--admit-new-people");

  // Sign-in CSRF: the attacker's callback in the victim's browser.
  let stopped = "";
  await diverts(page, (url) => {
    stopped = url.href;
    return undefined;
  });
  await continues(page, latchkey, "First", "attacker");
  await expect.poll(() => stopped).toContain("code=");
  const victim = await newPage(browser);
  await victim.goto(stopped);
  await isRefused(victim, latchkey, /This sign-in is over/);

  // Code injection: the code of one sign-in in another, and a callback twice.
  const injecting = await newPage(browser);
  let own = "";
  await diverts(injecting, (url) => {
    own = url.href;
    url.searchParams.set("code", new URL(stopped).searchParams.get("code")!);
    return url.href;
  });
  await continues(injecting, latchkey, "First", "injected");
  await isRefused(injecting, latchkey, /Signing in with First failed/);
  await injecting.goto(own);
  await isRefused(injecting, latchkey, /This sign-in is over/);

  // Mix-up: what one provider answers is brought to the other's callback.
  const mixed = await newPage(browser);
  await diverts(mixed, (url) => url.href.replace("/callback/first", "/callback/second"));
  await continues(mixed, latchkey, "First", "mixed");
  await isRefused(mixed, latchkey, /This sign-in is over/);
  expect(await second.seen("token")).toEqual([]);

  // The same id at two providers is two people.
  await openid.tell({ accounts: { same: { email: "one@example.com", email_verified: true, name: "Same One" } } });
  await second.tell({ accounts: { same: { email: "two@example.com", email_verified: true, name: "Same Two" } } });
  for (const [button, name] of [["First", "Same One"], ["Second", "Same Two"], ["First", "Same One"]]) {
    await page.context().clearCookies();
    await continues(page, latchkey, button, "same");
    await isSignedIn(page, latchkey, name);
  }

  // Nobody is sent to another site.
  for (const to of ["https://evil.example/", "//evil.example/", "/\\evil.example/"]) {
    await page.context().clearCookies();
    await page.goto(`${latchkey.url}/sign-in/with/first?return_to=${encodeURIComponent(to)}`);
    await signsInThere(page, "same");
    await page.waitForURL((url) => url.origin === latchkey.url);
  }
  second.dispose();
});
