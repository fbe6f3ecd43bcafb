// Signing in with accounts at other providers. The providers are real: node-oidc-provider, Authlib, another Latchkey.
import { Client } from "../support/client";
import { PASSWORD, signIn } from "../support/fixtures";
import { look } from "../support/look";
import { Latchkey } from "../support/latchkey";
import { linkOf, MailServer } from "../support/mail";
import { Sites } from "../support/callbacks";
import { callback, OpenIdProvider, OpenIdSettings, PlainProvider } from "../support/providers";
import {
  continues, diverts, expect, isRefused, isSignedIn, members, newPage, presses, signsInHere, signsInThere, signsOutHere, test,
} from "../support/sso";

const SSO = "/admin/settings/sso";

/** Widths of a telephone and of a screen. There are many pages. */
const WIDTHS = [360, 1440];

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

test("only providers: members cannot use passwords, hosts get in by their link while the provider is down", async ({ page, browser, latchkey, openid }) => {
  await openid.addTo(latchkey, "club", "The Club", "--on");
  await signIn(page, latchkey, "host@example.com", SSO);
  await page.getByLabel("Members sign in only with providers").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Members sign in only with providers")).toBeChecked();
  const link = await page.locator("#hosts-address").innerText();
  expect(link).toBe(`${latchkey.url}/sign-in/hosts`);

  const person = await newPage(browser);
  await person.goto(`${latchkey.url}/sign-in`);
  await expect(person.getByRole("link", { name: "Continue with The Club" })).toBeVisible();
  await expect(person.getByLabel("Password")).toHaveCount(0);
  await look(person, "sso-sign-in-only", WIDTHS);
  // Nor without the page.
  await person.request.post(`${latchkey.url}/sign-in`, { form: { email: "member@example.com", password: PASSWORD, return_to: "/" } });
  await isRefused(person, latchkey, /Continue with/);

  await openid.tell({ down: true });
  await person.goto(link);
  await look(person, "sso-sign-in-hosts", WIDTHS);
  await signsInHere(person, "member@example.com");
  await isRefused(person, latchkey, /sign in with one of the buttons/);
  await person.goto(link);
  await signsInHere(person, "host@example.com");
  await isSignedIn(person, latchkey, "Hanna Host");
});

test("a provider that is down, slow, silent or broken: words for the person, an entry for hosts", async ({ page, browser, latchkey, openid }) => {
  await openid.addTo(latchkey, "club", "The Club", "--on");
  latchkey.addMember("slow@example.com", "Sloan Slow", "member");
  await openid.tell({ down: true });
  await presses(page, latchkey, "The Club");
  const said = await isRefused(page, latchkey, /The Club/);
  await look(page, "sso-provider-down", WIDTHS);
  await openid.tell({ down: false });
  // Where the page leads, the provider works again.
  await page.locator(".panel-action a").click();
  if (new URL(page.url()).origin === latchkey.url) await page.getByRole("link", { name: "Continue with The Club" }).click();
  await openid.tell({ slow: { discovery: 1500, token: 1500, userinfo: 1500 } });
  await signsInThere(page, "slow");
  await isSignedIn(page, latchkey, "Sloan Slow");

  // Elsewhere than its addresses: no redirect is followed.
  await signsOutHere(page);
  await openid.tell({ reset: true, redirect: { token: "http://127.0.0.1:1/elsewhere" } });
  await presses(page, latchkey, "The Club");
  await isRefused(page, latchkey, /The Club/);

  await openid.tell({ reset: true, silent: ["token"] });
  const before = Date.now();
  await presses(page, latchkey, "The Club");
  await expect(page.locator("main")).toContainText("The Club", { timeout: 30_000 });
  await isRefused(page, latchkey, /The Club/);
  const waited = Date.now() - before;
  expect(waited, "who waits for a provider is told in time").toBeLessThan(20_000);
  test.info().annotations.push({ type: "waited for a silent provider", description: `${waited} ms` });

  // The person can name the request, and a host finds it.
  const id = said.match(/Request id (\S+?)\./)![1];
  const host = await newPage(browser);
  await signIn(host, latchkey, "host@example.com", `/admin/activity?request=${id}`);
  await expect(host.locator("main")).toContainText(id);
  await expect(host.locator("main")).toContainText("The Club");
  await expect(host.locator("main")).not.toContainText("The application was deleted");
  await look(host, "sso-activity", WIDTHS);
});

test("a provider that lies signs nobody in, and hosts read what is wrong", async ({ page, browser, latchkey, openid }) => {
  await openid.addTo(latchkey, "club", "The Club", "--on", "--admit-new-people");
  const host = await newPage(browser);
  await signIn(host, latchkey, "host@example.com", SSO);
  const lies: [string, NonNullable<OpenIdSettings["lies"]>, RegExp][] = [
    ["the issuer of its metadata is another", { discovery: { issuer: "https://login.example" } }, /is of another issuer: it says https:\/\/login\.example/],
    ["the answer says that another server gave it", { iss: "https://login.example" }, /from another provider than it was sent to/],
    ["the answer does not say which server gave it", { iss: "" }, /promises the parameter `iss`.*missing/],
    ["the ID token is another issuer's", { id_token: { iss: "https://login.example" } }, /another issuer \(`iss`\)/],
    ["the ID token is for another audience", { id_token: { aud: "somebody-else" } }, /another client id \(`aud`\)/],
    ["the ID token is for others alone", { id_token: { aud: ["somebody-else"], azp: "somebody-else" } }, /another client id \(`aud`\)/],
    ["the ID token answers another request", { id_token: { nonce: "another" } }, /another sign-in \(`nonce`\)/],
    ["the ID token answers no request", { id_token: { nonce: null } }, /no usable `nonce`/],
    ["the ID token is over", { id_token: { exp: 1_700_000_000 } }, /it expired before it arrived/],
    ["the ID token has no subject", { id_token: { sub: "" } }, /no usable `sub`/],
    ["the ID token is signed by a stranger", { signed_by: "stranger" }, /its signature is wrong/],
    ["the ID token is not signed", { signed_by: "none" }, /it is signed with “none”/],
    ["userinfo is about somebody else", { userinfo: { sub: "somebody-else" } }, /Userinfo is of another account/],
    ["userinfo is huge", { userinfo: { bio: "x".repeat(3_000_000) } }, /bytes|large|long|big/],
  ];
  for (const [name, lie, reason] of lies) {
    await test.step(name, async () => {
      await openid.tell({ reset: true, lies: lie });
      await presses(page, latchkey, "The Club");
      if (new URL(page.url()).origin === openid.issuer) await signsInThere(page, "liar");
      await isRefused(page, latchkey, /Signing in with The Club failed/);
      await host.goto(latchkey.url + SSO);
      await expect(host.locator(".sso-failed")).toContainText(reason);
    });
  }
  expect(members(latchkey)).toHaveLength(2);
  // The same account without a lie.
  await openid.tell({ reset: true });
  await presses(page, latchkey, "The Club");
  await isSignedIn(page, latchkey, "Liar");
  await host.goto(latchkey.url + SSO);
  await expect(host.locator(".sso-failed")).toHaveCount(0);
});

test("other keys and a clock that is off by five minutes are no obstacle, ten minutes are, in words", async ({ page, browser, latchkey, openid }) => {
  const host = await newPage(browser);
  await signIn(host, latchkey, "host@example.com", SSO);
  await openid.addTo(latchkey, "club", "The Club", "--on", "--admit-new-people");
  await continues(page, latchkey, "The Club", "timo");
  await isSignedIn(page, latchkey, "Timo");
  // The keys that were read then are gone.
  await openid.tell({ rotate: true });
  await signsOutHere(page);
  await presses(page, latchkey, "The Club");
  await isSignedIn(page, latchkey, "Timo");
  for (const clock of [300, -300, 600, -600]) {
    await test.step(`${clock} seconds`, async () => {
      // Its sessions and codes are of that time, too.
      await page.context().clearCookies();
      await openid.tell({ clock });
      await continues(page, latchkey, "The Club", "timo");
      if (Math.abs(clock) === 300) {
        await isSignedIn(page, latchkey, "Timo");
        // A new sign-in counts as new, though its time says that it was before it was asked for.
        await page.goto(`${latchkey.url}/sign-in/with/club?again=true&return_to=/account/providers`);
        await signsInThere(page, "timo");
        await expect(page).toHaveURL(`${latchkey.url}/account/providers`);
      } else {
        await isRefused(page, latchkey, /Signing in with The Club failed/);
        await host.goto(latchkey.url + SSO);
        const way = clock > 0 ? "ahead of" : "behind";
        await expect(host.locator("#provider-club")).toContainText(new RegExp(`the provider's is 1[01] minutes ${way} that of this machine`));
      }
    });
  }
  await look(host, "sso-admin-failed", WIDTHS);
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

test("a host adds, tests and turns on a provider, from nothing to a working button", async ({ page, browser, latchkey, openid }) => {
  await signIn(page, latchkey, "host@example.com", SSO);
  await look(page, "sso-admin-none", WIDTHS);
  const started = Date.now();
  await page.getByRole("link", { name: /^OpenID Connect/ }).click();
  await page.getByLabel("Name", { exact: true }).fill("The Club");
  await page.getByLabel("Short name in addresses").fill("club");
  // In the provider's settings.
  const { client_id, client_secret } = await openid.register(latchkey, "club");
  await page.getByLabel("Issuer").fill(openid.issuer);
  await page.getByLabel("Client ID").fill(client_id);
  await page.getByLabel("Client secret").fill(client_secret);
  await page.locator("[name=admits_new_people]").check();
  await page.getByRole("button", { name: "Add the provider" }).click();
  await expect(page.locator("#redirect-uri")).toHaveText(callback(latchkey, "club"));
  await page.getByRole("link", { name: "Test", exact: true }).click();
  await signsInThere(page, "visitor");
  await expect(page.getByRole("status")).toContainText("It works.");
  await expect(page.locator(".test-person")).toContainText("visitor@example.com (verified)");
  await expect(page.locator(".test-steps"), "the provider's addresses are shown").toContainText('"authorization_endpoint"');
  const shown = await page.locator("main").innerHTML();
  for (const secret of [client_secret, encodeURIComponent(client_secret), ...(await issued(openid))]) expect(shown).not.toContain(secret);
  // Nothing happened yet.
  expect(members(latchkey)).toHaveLength(2);
  await page.getByRole("button", { name: "Turn on" }).click();
  const visitor = await newPage(browser);
  await continues(visitor, latchkey, "The Club", "visitor");
  await isSignedIn(visitor, latchkey, "Visitor");
  const took = Date.now() - started;
  test.info().annotations.push({ type: "from nothing to a working button", description: `${took} ms` });

  await page.goto(latchkey.url + SSO);
  await expect(page.locator("#provider-club")).toContainText("1 member linked");
  await look(page, "sso-admin-list", WIDTHS);
  await page.getByRole("link", { name: "The Club", exact: true }).click();
  await look(page, "sso-admin-provider", WIDTHS);
  await page.getByRole("link", { name: "Test", exact: true }).click();
  await expect(page.getByRole("status")).toContainText("It works.");
  await look(page, "sso-admin-test", WIDTHS);
  await openid.tell({ lies: { id_token: { aud: "somebody-else" } } });
  await page.getByRole("link", { name: "Test again" }).click();
  await expect(page.getByRole("status")).toContainText("It does not work yet.");
  await look(page, "sso-admin-test-failed", WIDTHS);

  await page.goto(latchkey.url + SSO);
  await page.getByRole("button", { name: "Turn off The Club" }).click();
  await expect(page.getByText("The provider is off: nobody signs in with it.")).toBeVisible();
  await visitor.context().clearCookies();
  await visitor.goto(`${latchkey.url}/sign-in`);
  await expect(visitor.getByText("Continue with")).toHaveCount(0);
  await page.goto(latchkey.url + SSO);
  await page.getByLabel("Delete The Club").click();
  await page.getByRole("button", { name: "Delete the provider" }).click();
  await expect(page.getByText("No sign-in provider yet")).toBeVisible();
});

/** Codes and tokens of the requests so far. */
async function issued(openid: OpenIdProvider): Promise<string[]> {
  const exchanges = await openid.seen("token");
  const questions = await openid.seen("userinfo");
  return [...exchanges.map(({ form }) => form!.code), ...questions.map(({ authorization }) => authorization!.split(" ")[1])];
}

test("plain OAuth 2.0 with odd paths, by the form; ids that differ only in the last digit are two people", async ({ page, browser, latchkey, plain }) => {
  await signIn(page, latchkey, "host@example.com", `${SSO}/add?preset=oauth2`);
  await look(page, "sso-admin-add-oauth2", WIDTHS);
  const credentials = await plain.register(latchkey, "people");
  const { id, email, email_verified, name, picture } = PlainProvider.FIELDS;
  const { authorization, token, userinfo } = plain.addresses;
  const fields = {
    name: "People", slug: "people", authorization, token, userinfo, client_id: credentials.client_id,
    client_secret: credentials.client_secret, scopes: "people", field_id: id, field_email: email,
    field_email_verified: email_verified, field_name: name, field_picture: picture,
  };
  for (const [field, value] of Object.entries(fields)) await page.locator(`[name=${field}]`).fill(value);
  await page.getByText("How the client ID and secret are sent").first().click();
  await page.getByLabel("In the form").check();
  await page.locator("[name=admits_new_people]").check();
  await page.getByRole("button", { name: "Add the provider" }).click();
  await plain.tell({
    accounts: {
      odd: { uid: Number.MAX_SAFE_INTEGER + 1, address: "odd@example.com", label: "Odd" },
      text: { uid: "9007199254740993", address: "text@example.com", label: "Text" },
      unsure: { uid: 5, address: "member@example.com", confirmed: false },
      bare: { uid: 6, address: null, label: "Bare" },
    },
  });
  await page.getByRole("link", { name: "Test", exact: true }).click();
  await signsInThere(page, "odd");
  await expect(page.locator(".test-person")).toContainText("9007199254740992");
  await page.getByRole("button", { name: "Turn on" }).click();

  const [exchange] = await plain.seen("/o/ticket");
  expect(exchange).toMatchObject({ authorization: null, form: { client_secret: "plain secret" } });
  const script = await browser.newContext({ javaScriptEnabled: false });
  const person = await script.newPage();
  await continues(person, latchkey, "People", "odd");
  await isSignedIn(person, latchkey, "Odd");
  // As a number, which JavaScript would round to the one before.
  await person.context().clearCookies();
  await plain.tell({ userinfo: '{"data":{"person":{"uid":9007199254740993,"mail":[{"address":"even@example.com","confirmed":true}],"label":"Even"}}}' });
  await continues(person, latchkey, "People", "even");
  await isSignedIn(person, latchkey, "Even");
  await plain.tell({ userinfo: "" });
  // The same digits as text are the same account: a provider that changes the form of its answer keeps its people.
  await person.context().clearCookies();
  await continues(person, latchkey, "People", "text");
  await isSignedIn(person, latchkey, "Even");
  await person.context().clearCookies();
  await continues(person, latchkey, "People", "unsure");
  await isRefused(person, latchkey, /does not say that your email address is yours/);
  await person.context().clearCookies();
  await continues(person, latchkey, "People", "bare");
  await isRefused(person, latchkey, /did not say which email address you have/);
  for (const answer of ["[]", '{"data":null}', "<html>", '{"data":{"person":{"uid":{}}}}', '{"data":{"person":{"uid":null,"mail":[]}}}']) {
    await plain.tell({ userinfo: answer });
    await presses(person, latchkey, "People");
    await isRefused(person, latchkey, /People/);
  }
  await script.close();
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

test("without --allow-outgoing this machine is not reached, in words", async ({ page, openid }) => {
  const latchkey = await Latchkey.start();
  latchkey.addMember("host@example.com", "Hanna Host", "host");
  await openid.addTo(latchkey, "club", "The Club", "--on");
  await presses(page, latchkey, "The Club");
  await isRefused(page, latchkey, /The Club/);
  expect(await openid.seen("discovery")).toEqual([]);
  await latchkey.dispose();
});
