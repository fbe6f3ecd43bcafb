// Hosts set providers up, and read what is wrong with them. The providers are real, as in `sso.spec.ts`.
import { PASSWORD, signIn } from "../support/fixtures";
import { Latchkey } from "../support/latchkey";
import { look } from "../support/look";
import { callback, OpenIdProvider, OpenIdSettings, PlainProvider } from "../support/providers";
import {
  continues, expect, isRefused, isSignedIn, members, newPage, presses, signsInHere, signsInThere, signsOutHere, test, WIDTHS,
} from "../support/sso";

const SSO = "/admin/settings/sso";

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
  await expect(page).toHaveURL(`${latchkey.url}${SSO}?done=off`);
  await expect(page.getByText("The provider is off: nobody signs in with it.")).toBeVisible();
  await visitor.context().clearCookies();
  await visitor.goto(`${latchkey.url}/sign-in`);
  await expect(visitor.getByText("Continue with")).toHaveCount(0);
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

test("without --allow-outgoing this machine is not reached, in words", async ({ page, openid }) => {
  const latchkey = await Latchkey.start();
  latchkey.addMember("host@example.com", "Hanna Host", "host");
  await openid.addTo(latchkey, "club", "The Club", "--on");
  await presses(page, latchkey, "The Club");
  await isRefused(page, latchkey, /The Club/);
  expect(await openid.seen("discovery")).toEqual([]);
  await latchkey.dispose();
});
