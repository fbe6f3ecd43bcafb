// Twenty ways to break an integration. Each is caused by a real client. Then a host, who knows nothing of it, starts at
// Home and follows only what is on the screen to the entry with its reason and its fix.
import { createHash } from "node:crypto";
import type { Browser } from "@playwright/test";
import { Client } from "../support/client";
import { expect, Page, signIn, test } from "../support/fixtures";
import { Latchkey } from "../support/latchkey";

const CLICKS = 3;
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");
const REGISTERED = "https://app.example/oauth/callback";

/** What a way needs. */
interface Stage {
  latchkey: Latchkey;
  /** A page in which a member is signed in. */
  member: Page;
  /** A page in which a host is signed in. */
  host: Page;
  /** Makes the application under test. */
  register(scopes?: string[], ...flags: string[]): Client;
}

interface Way {
  name: string;
  /** The reason that the entry has to name. */
  reason: string;
  /** What the entry has to offer. */
  fix: string | RegExp;
  /** Whether the host finds it under Activity, because no application has the client id. */
  unmatched?: boolean;
  cause(stage: Stage): Promise<unknown>;
}

/** A request to the token endpoint that has to fail. */
async function refused(client: Client, form: Record<string, string>, secret = client.application.client_secret): Promise<void> {
  const fields = new URLSearchParams({ client_id: client.application.client_id, ...form });
  if (secret) fields.set("client_secret", secret);
  const answer = await fetch(`${client.latchkey.url}/oauth/token`, { method: "POST", body: fields });
  expect(answer.ok, await answer.text()).toBe(false);
}

const exchange = (client: Client, code = "nonsense", more = {}) => ({
  grant_type: "authorization_code",
  code,
  redirect_uri: client.redirectUri,
  ...more,
});

/** Goes to the authorization link and allows it. */
async function allowed(page: Page, client: Client, scope: string, more: Record<string, string> = {}): Promise<string> {
  const back = await client.comesBack(page, async () => {
    await page.goto(client.link(scope, more));
    await page.getByRole("button", { name: "Allow" }).click();
  });
  return back.get("code")!;
}

/** Goes to a link that is sent back with an error. */
async function sentBack(page: Page, client: Client, link: string, error: string): Promise<void> {
  const back = await client.comesBack(page, () => page.goto(link).catch(() => undefined));
  expect(back.get("error")).toBe(error);
}

/** Goes to a link that stays here, with an error page. */
async function stays(page: Page, link: string): Promise<void> {
  const answer = await page.goto(link);
  expect(answer!.status()).toBe(400);
}

/** A redirect URI that is almost the registered one. */
const almost = (redirectUri: string) => ({ latchkey, member }: Stage) => {
  const client = Client.at(REGISTERED, latchkey, "Broken", ["read:posts"]);
  return stays(member, client.link("read:posts", { redirect_uri: redirectUri }));
};

const flipped = (secret: string) => (secret.endsWith("a") ? "b" : "a");

const WAYS: Way[] = [
  {
    name: "one character of the secret is wrong",
    reason: "secret-one-off",
    fix: "Show credentials",
    cause: ({ register }) => {
      const client = register();
      const secret = client.application.client_secret!;
      return refused(client, exchange(client), secret.slice(0, -1) + flipped(secret));
    },
  },
  {
    name: "the secret ends with a line break",
    reason: "secret-white-space",
    fix: "Show credentials",
    cause: ({ register }) => {
      const client = register();
      return refused(client, exchange(client), `${client.application.client_secret}\n`);
    },
  },
  {
    name: "the secret of another application",
    reason: "secret-wrong",
    fix: "Show credentials",
    cause: ({ register, latchkey }) => {
      const other = latchkey.addApplication("Other");
      const client = register();
      return refused(client, exchange(client), other.client_secret);
    },
  },
  {
    name: "a secret that was retired",
    reason: "secret-retired",
    fix: "Show credentials",
    cause: ({ register, latchkey }) => {
      const client = register();
      latchkey.cli(["app", "new-secret", client.application.client_id]);
      latchkey.cli(["app", "retire-secret", client.application.client_id]);
      return refused(client, exchange(client));
    },
  },
  {
    name: "no secret at all",
    reason: "secret-missing",
    fix: "Show credentials",
    cause: ({ register }) => {
      const client = register();
      return refused(client, exchange(client), "");
    },
  },
  { name: "redirect URI: a slash at the end", reason: "redirect-uri-mismatch", fix: "Add this redirect URI", cause: almost(`${REGISTERED}/`) },
  { name: "redirect URI: http instead of https", reason: "redirect-uri-mismatch", fix: "Show how", cause: almost(REGISTERED.replace("https", "http")) },
  { name: "redirect URI: another port", reason: "redirect-uri-mismatch", fix: "Open the settings", cause: almost(REGISTERED.replace(".example", ".example:8443")) },
  { name: "redirect URI: a query", reason: "redirect-uri-query", fix: "Show how", cause: almost(`${REGISTERED}?from=mail`) },
  { name: "redirect URI: upper case", reason: "redirect-uri-mismatch", fix: "Add this redirect URI", cause: almost(REGISTERED.replace("callback", "Callback")) },
  {
    name: "a public application without PKCE",
    reason: "pkce-missing",
    fix: "Show how",
    cause: ({ register, member }) => {
      const client = register(["read:posts"], "--public");
      return sentBack(member, client, client.link("read:posts"), "invalid_request");
    },
  },
  {
    name: "PKCE with the method plain",
    reason: "pkce-plain",
    fix: "Show how",
    cause: ({ register, member }) => {
      const client = register(["read:posts"], "--public");
      const more = { code_challenge: VERIFIER, code_challenge_method: "plain" };
      return sentBack(member, client, client.link("read:posts", more), "invalid_request");
    },
  },
  {
    name: "a wrong PKCE verifier",
    reason: "pkce-verifier-wrong",
    fix: "Show how",
    cause: async ({ register, member }) => {
      const client = register();
      const code = await allowed(member, client, "read:posts", { code_challenge: CHALLENGE, code_challenge_method: "S256" });
      await refused(client, exchange(client, code, { code_verifier: VERIFIER.replace("d", "e") }));
    },
  },
  {
    name: "a code that is used twice",
    reason: "code-reused",
    fix: "Show how",
    cause: async ({ register, member }) => {
      const client = register();
      const code = await allowed(member, client, "read:posts");
      expect((await client.redeem(code)).status).toBe(200);
      await refused(client, exchange(client, code));
    },
  },
  {
    name: "a scope that is not registered",
    reason: "scope-unregistered",
    fix: "Add write:posts",
    cause: ({ register, member }) => {
      const client = register();
      return sentBack(member, client, client.link("write:posts"), "invalid_scope");
    },
  },
  {
    name: "a scope that does not exist",
    reason: "scope-unknown",
    fix: "Open the settings",
    cause: ({ register, member }) => {
      const client = register();
      return sentBack(member, client, client.link("read:mail"), "invalid_scope");
    },
  },
  {
    name: "commas between scopes",
    reason: "scope-separator",
    fix: "Show how",
    cause: ({ register, member }) => {
      const client = register(["read:posts", "write:posts"]);
      return sentBack(member, client, client.link("read:posts,write:posts"), "invalid_scope");
    },
  },
  {
    name: "a paused application",
    reason: "paused",
    fix: "Resume",
    cause: async ({ register, latchkey, host }) => {
      const client = register();
      const paused = await host.request.post(`${latchkey.url}/api/applications/set-paused`, {
        headers: { origin: latchkey.url },
        data: { client_id: client.application.client_id, paused: true },
      });
      expect(paused.ok()).toBe(true);
      await refused(client, exchange(client));
    },
  },
  {
    name: "access that the member revoked",
    reason: "revoked",
    fix: "See the connected members",
    cause: async ({ register, latchkey, member }) => {
      const client = register();
      const { body } = await client.redeem(await allowed(member, client, "read:posts"));
      await member.goto(`${latchkey.url}/account/connected-apps`);
      await member.getByRole("button", { name: /Revoke/ }).click();
      await refused(client, { grant_type: "refresh_token", refresh_token: body.refresh_token as string });
    },
  },
  {
    name: "a GraphQL query without its scope",
    reason: "api-scope",
    fix: "Add read:posts",
    cause: async ({ register, latchkey, member }) => {
      const client = register(["read:userinfo"]);
      const { body } = await client.redeem(await allowed(member, client, "read:userinfo"));
      const answer = await fetch(`${latchkey.url}/networks/my-community/graphql`, {
        method: "POST",
        headers: { authorization: `Bearer ${body.access_token}`, "content-type": "application/json" },
        body: JSON.stringify({ query: "{ me { posts { totalCount } } }" }),
      });
      expect(await answer.text()).toContain("FORBIDDEN");
    },
  },
  {
    name: "a mistyped client id",
    reason: "client-unknown",
    fix: "Show the credentials of Broken",
    unmatched: true,
    cause: ({ register, member }) => {
      const client = register();
      const id = client.application.client_id;
      return stays(member, client.link("read:posts", { client_id: id.slice(0, -1) + flipped(id) }));
    },
  },
  {
    name: "an application that was deleted",
    reason: "client-deleted",
    fix: "See who deleted it",
    unmatched: true,
    cause: ({ register, latchkey }) => {
      const client = register();
      latchkey.cli(["app", "delete", client.application.client_id]);
      return refused(client, exchange(client));
    },
  },
];

const table: string[] = [];

async function stage(browser: Browser, latchkey: Latchkey, host: Page): Promise<Stage> {
  const member = await (await browser.newContext()).newPage();
  await signIn(member, latchkey, "member@example.com");
  await signIn(host, latchkey, "host@example.com");
  const register = (scopes = ["read:posts"], ...flags: string[]) => Client.register(latchkey, "Broken", scopes, ...flags);
  return { latchkey, member, host, register };
}

// One after the other, so that the table has all of them.
test.describe.configure({ mode: "default" });

for (const way of WAYS) {
  test(way.name, async ({ browser, page, latchkey }) => {
    await way.cause(await stage(browser, latchkey, page));

    await page.goto(`${latchkey.url}/`);
    const started = Date.now();
    let clicks = 0;
    const click = async (name: string | RegExp, within = page.locator("body")) => {
      await within.getByRole("link", { name, exact: typeof name === "string" }).or(within.getByRole("button", { name, exact: typeof name === "string" })).first().click();
      clicks += 1;
    };
    await click(way.unmatched ? "All activity" : /Broken/);
    // The newest failure is open.
    const entry = page.locator(".entry-failed").first();
    await expect(entry.locator("details")).toHaveAttribute("open", "");
    await expect(entry.getByText(way.reason, { exact: true })).toBeVisible();
    const advice = (await entry.locator(".entry-fix p").textContent())!;
    expect(advice.trim()).toMatch(/\.$/);
    await click(way.fix, entry);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByText("There is no such page")).toHaveCount(0);
    const seconds = (Date.now() - started) / 1000;
    table.push(`${way.name.padEnd(40)} ${way.reason.padEnd(22)} ${String(way.fix).padEnd(32)} ${clicks} clicks  ${seconds.toFixed(1)} s`);
    expect(clicks).toBeLessThanOrEqual(CLICKS);
  });
}

test.afterAll(() => {
  if (table.length > 0) console.log(`\n${table.join("\n")}`);
});
