// What node-oidc-provider is configured with. Everything that it answers is its own, except what `lies.mjs` changes.
import Provider from "oidc-provider";
import { createMemoryAdapter } from "oidc-provider/lib/adapters/memory_adapter.js";
import { lie } from "./lies.mjs";

/**
 * What the provider says about an account. The login name is the `sub`.
 *
 * @typedef {{ email?: string, email_verified?: boolean, name?: string, picture?: string, [claim: string]: unknown }} Account
 * @typedef {{ client_id: string, client_secret: string, redirect_uris: string[] }} Client
 */

/** Sessions, codes, tokens and clients, in memory. They stay when the keys change. */
export const storage = createMemoryAdapter();

/** @param {Client} client */
export async function register(client) {
  await storage("Client").upsert(client.client_id, {
    ...client,
    grant_types: ["authorization_code"],
    response_types: ["code"],
    token_endpoint_auth_method: "client_secret_basic",
  });
}

/**
 * The provider with these signing keys. It reads `settings` again at every request.
 *
 * @param {string} issuer
 * @param {import("./settings.mjs").Settings} settings
 * @param {import("node:crypto").KeyObject} key
 */
export function provider(issuer, settings, key) {
  const made = new Provider(issuer, {
    adapter: storage,
    jwks: { keys: [{ ...key.export({ format: "jwk" }), use: "sig", alg: "RS256" }] },
    cookies: { keys: ["of these tests"] },
    claims: {
      openid: ["sub"],
      profile: ["name", "given_name", "family_name", "picture"],
      email: ["email", "email_verified"],
    },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (/** @type {unknown} */ _, /** @type {{ uid: string }} */ interaction) => `/interaction/${interaction.uid}` },
    // ID tokens live for less than the ten minutes by which tests put the clock back, cookies for longer.
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 120, Interaction: 3600, Session: 3600 },
    findAccount: (/** @type {unknown} */ _, /** @type {string} */ login) => ({
      accountId: login,
      claims: () => ({ sub: login, ...account(settings, login) }),
    }),
    // As at the provider of one's own site: nobody is asked for consent.
    loadExistingGrant: async (/** @type {any} */ context) => {
      const { client, session, params } = context.oidc;
      const known = session.grantIdFor(client.clientId);
      const grant = (known && (await made.Grant.find(known))) ?? new made.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(params.scope);
      await grant.save();
      return grant;
    },
  });
  made.use(async (/** @type {any} */ context, /** @type {() => Promise<void>} */ next) => {
    await next();
    if (context.req.seen) context.req.seen.form = context.oidc?.body;
    lie(context, settings.lies, key);
  });
  return made;
}

/**
 * @param {import("./settings.mjs").Settings} settings
 * @param {string} login
 * @returns {Account}
 */
function account(settings, login) {
  const name = login.replace(/^./, (first) => first.toUpperCase());
  return settings.accounts[login] ?? { email: `${login}@example.com`, email_verified: true, name };
}
