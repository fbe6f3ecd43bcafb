// openid-client, used for an OAuth 2.0 server as in its documentation.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import * as client from "openid-client";

import { Latchkey } from "./support/latchkey.mjs";
import { Person } from "./support/person.mjs";

/** @type {Latchkey} */
let latchkey;
/** @type {Person} */
let member;

before(async () => {
  latchkey = await Latchkey.start();
  member = new Person(latchkey.issuer);
});

after(() => latchkey.stop());

/** @typedef {import("./support/latchkey.mjs").Application} Application */

/**
 * @param {Application} app
 * @param {client.ClientAuth} authentication
 */
async function discover({ client_id }, authentication) {
  const issuer = new URL(latchkey.issuer);
  const options = { algorithm: /** @type {const} */ ("oauth2"), execute: [client.allowInsecureRequests] };
  return client.discovery(issuer, client_id, undefined, authentication, options);
}

/**
 * The authorization link, and what the application keeps until the callback.
 *
 * @param {client.Configuration} config
 * @param {Application} app
 */
async function begin(config, { redirect_uri }) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const link = client.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: "read:userinfo read:posts",
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  });
  return { link, pkceCodeVerifier, expectedState };
}

/**
 * The whole flow.
 *
 * @param {client.Configuration} config
 * @param {Application} app
 * @param {{ untick?: string[] }} [choice]
 */
async function connect(config, app, choice) {
  const { link, pkceCodeVerifier, expectedState } = await begin(config, app);
  const callback = await member.allows(link, choice);
  const tokens = await client.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState });
  assert.ok(tokens.refresh_token);
  return /** @type {client.TokenEndpointResponse & { refresh_token: string }} */ (tokens);
}

/**
 * The library's exception for an error of RFC 6749 section 5.2.
 *
 * @param {string} error
 * @param {RegExp} description
 * @param {number} [status]
 */
function refusal(error, description, status = 400) {
  return (/** @type {unknown} */ thrown) => {
    assert.ok(thrown instanceof client.ResponseBodyError, String(thrown));
    assert.equal(thrown.error, error);
    assert.match(thrown.error_description ?? "", description);
    assert.equal(thrown.status, status);
    return true;
  };
}

/** @param {unknown} thrown */
function badToken(thrown) {
  assert.ok(thrown instanceof client.WWWAuthenticateChallengeError, String(thrown));
  assert.equal(thrown.status, 401);
  assert.equal(thrown.cause[0].scheme, "bearer");
  assert.equal(thrown.cause[0].parameters.error, "invalid_token");
  return true;
}

test("the lines of docs/clients.md", async () => {
  const { client_id, client_secret, redirect_uri } = latchkey.registerWebApp();
  const issuer = new URL(latchkey.issuer);

  const config = await client.discovery(issuer, client_id, undefined, client.ClientSecretBasic(client_secret), {
    algorithm: "oauth2",
    execute: [client.allowInsecureRequests], // only for http://localhost
  });

  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const link = client.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: "read:userinfo read:posts",
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  });
  const callback = await member.allows(link); // The browser goes to `link`, and comes back at this address.
  const checks = { pkceCodeVerifier, expectedState };
  const { access_token, refresh_token = "" } = await client.authorizationCodeGrant(config, callback, checks);

  const userinfo = await client.fetchUserInfo(config, access_token, client.skipSubjectCheck);
  const newer = await client.refreshTokenGrant(config, refresh_token);
  await client.tokenRevocation(config, newer.access_token);

  assert.equal(userinfo.email, "member@demo.example");
  assert.notEqual(newer.access_token, access_token);
  await assert.rejects(client.fetchUserInfo(config, newer.access_token, client.skipSubjectCheck), badToken);
});

/** @type {[string, () => { app: Application, authentication: client.ClientAuth }][]} */
const kinds = [
  [
    "confidential, client_secret_basic",
    () => {
      const app = latchkey.registerWebApp();
      return { app, authentication: client.ClientSecretBasic(app.client_secret) };
    },
  ],
  [
    "confidential, client_secret_post",
    () => {
      const app = latchkey.registerWebApp();
      return { app, authentication: client.ClientSecretPost(app.client_secret) };
    },
  ],
  ["public", () => ({ app: latchkey.registerNativeApp(), authentication: client.None() })],
];

for (const [kind, register] of kinds) {
  describe(kind, () => {
    /** @type {Application} */
    let app;
    /** @type {client.Configuration} */
    let config;

    before(async () => {
      const registered = register();
      app = registered.app;
      config = await discover(app, registered.authentication);
    });

    test("discovery finds every endpoint", () => {
      const server = config.serverMetadata();
      const issuer = latchkey.issuer;
      assert.equal(server.issuer, issuer);
      assert.equal(server.authorization_endpoint, `${issuer}/oauth/authorize`);
      assert.equal(server.token_endpoint, `${issuer}/oauth/token`);
      assert.equal(server.revocation_endpoint, `${issuer}/oauth/revoke`);
      assert.equal(server.introspection_endpoint, `${issuer}/oauth/introspect`);
      assert.equal(server.userinfo_endpoint, `${issuer}/oauth/userinfo`);
      assert.ok(server.supportsPKCE("S256"));
    });

    test("the code flow ends with tokens that userinfo accepts", async () => {
      const tokens = await connect(config, app);
      assert.match(tokens.access_token, /^lk_at_/);
      assert.match(tokens.refresh_token, /^lk_rt_/);
      assert.equal(tokens.token_type, "bearer"); // The library writes it small.
      assert.equal(tokens.expires_in, 3600);
      assert.equal(tokens.scope, "read:userinfo read:posts");
      assert.ok(Math.abs(Number(tokens.created_at) - Date.now() / 1000) < 60, `${tokens.created_at}`);

      const userinfo = await client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck);
      assert.equal(userinfo.email, "member@demo.example");
      assert.ok(userinfo.sub && userinfo.name);
      await client.fetchUserInfo(config, tokens.access_token, userinfo.sub);
    });

    test("a scope that the member unticks is not granted", async () => {
      const fresh = register();
      const config = await discover(fresh.app, fresh.authentication);
      const tokens = await connect(config, fresh.app, { untick: ["read:userinfo"] });
      assert.equal(tokens.scope, "read:posts");
      const userinfo = await client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck);
      assert.deepEqual(Object.keys(userinfo), ["sub", "id"]);
    });

    test("a refresh rotates, survives a lost answer, and finds a thief", async () => {
      const tokens = await connect(config, app);
      const newer = await client.refreshTokenGrant(config, tokens.refresh_token);
      assert.notEqual(newer.access_token, tokens.access_token);
      assert.notEqual(newer.refresh_token, tokens.refresh_token);
      assert.equal(newer.scope, "read:userinfo read:posts");

      const again = await client.refreshTokenGrant(config, tokens.refresh_token);
      assert.equal(again.access_token, newer.access_token);
      assert.equal(again.refresh_token, newer.refresh_token);

      const newest = await client.refreshTokenGrant(config, String(newer.refresh_token));
      await client.fetchUserInfo(config, newest.access_token, client.skipSubjectCheck);

      const replaced = refusal("invalid_grant", /replaced by a newer one/);
      await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), replaced);
      await assert.rejects(client.fetchUserInfo(config, newest.access_token, client.skipSubjectCheck), badToken);
      const revoked = refusal("invalid_grant", /was revoked/);
      await assert.rejects(client.refreshTokenGrant(config, String(newest.refresh_token)), revoked);
    });

    test("a refresh may ask for less", async () => {
      const { refresh_token } = await connect(config, app);
      const tokens = await client.refreshTokenGrant(config, refresh_token, { scope: "read:posts" });
      assert.equal(tokens.scope, "read:posts");
      const more = client.refreshTokenGrant(config, String(tokens.refresh_token), { scope: "write:posts" });
      await assert.rejects(more, refusal("invalid_scope", /write:posts.*not granted/));
    });

    test("what is revoked is refused", async () => {
      const tokens = await connect(config, app);
      await client.tokenRevocation(config, tokens.refresh_token);
      await assert.rejects(client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck), badToken);
      const revoked = refusal("invalid_grant", /was revoked/);
      await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), revoked);
    });

    test("a code is good once, and its second use ends what the first began", async () => {
      const { link, ...checks } = await begin(config, app);
      const callback = await member.allows(link);
      const tokens = await client.authorizationCodeGrant(config, callback, checks);
      const second = client.authorizationCodeGrant(config, callback, checks);
      await assert.rejects(second, refusal("invalid_grant", /used before/));
      await assert.rejects(client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck), badToken);
    });

    test("a code that was changed on its way is refused in words", async () => {
      const { link, ...checks } = await begin(config, app);
      const callback = await member.allows(link);
      callback.searchParams.set("code", "nonsense");
      const exchange = client.authorizationCodeGrant(config, callback, checks);
      await assert.rejects(exchange, refusal("invalid_grant", /`code` is not valid/));
    });

    test("another verifier is refused in words", async () => {
      const { link, ...checks } = await begin(config, app);
      const callback = await member.allows(link);
      const other = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() };
      const exchange = client.authorizationCodeGrant(config, callback, other);
      await assert.rejects(exchange, refusal("invalid_grant", /verifier/));
    });

    test("Deny arrives with its state and issuer", async () => {
      const fresh = register();
      const config = await discover(fresh.app, fresh.authentication);
      const { link, ...checks } = await begin(config, fresh.app);
      const callback = await member.denies(link);
      await assert.rejects(client.authorizationCodeGrant(config, callback, checks), (thrown) => {
        assert.ok(thrown instanceof client.AuthorizationResponseError, String(thrown));
        assert.equal(thrown.error, "access_denied");
        assert.match(thrown.error_description ?? "", /the member declined/);
        return true;
      });
    });

    test("an answer with another state or issuer is not used", async () => {
      for (const name of ["state", "iss"]) {
        const { link, ...checks } = await begin(config, app);
        const callback = await member.allows(link);
        callback.searchParams.set(name, "https://evil.example");
        await assert.rejects(client.authorizationCodeGrant(config, callback, checks), client.ClientError);
        callback.searchParams.delete(name);
        await assert.rejects(client.authorizationCodeGrant(config, callback, checks), client.ClientError);
      }
    });
  });
}

test("a confidential application needs no PKCE", async () => {
  const app = latchkey.registerWebApp();
  const config = await discover(app, client.ClientSecretBasic(app.client_secret));
  const { redirect_uri } = app;
  const expectedState = client.randomState();
  const link = client.buildAuthorizationUrl(config, { redirect_uri, scope: "read:posts", state: expectedState });
  const tokens = await client.authorizationCodeGrant(config, await member.allows(link), { expectedState });
  assert.equal(tokens.scope, "read:posts");
});

test("introspection tells an application about its own tokens", async () => {
  const app = latchkey.registerWebApp();
  const config = await discover(app, client.ClientSecretBasic(app.client_secret));
  const tokens = await connect(config, app);
  const { sub } = await client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck);
  const found = await client.tokenIntrospection(config, tokens.access_token);
  assert.equal(found.active, true);
  assert.equal(found.client_id, app.client_id);
  assert.equal(found.iss, latchkey.issuer);
  assert.equal(found.sub, sub);
  assert.equal(found.scope, "read:userinfo read:posts");
  assert.equal(found.token_type, "Bearer");
  assert.equal(Number(found.exp) - Number(found.iat), 3600);
  await client.tokenRevocation(config, tokens.access_token);
  assert.deepEqual(await client.tokenIntrospection(config, tokens.access_token), { active: false });
});

test("a secret that was cut off is refused in words", async () => {
  const app = latchkey.registerWebApp();
  for (const authenticate of [client.ClientSecretBasic, client.ClientSecretPost]) {
    const config = await discover(app, authenticate(app.client_secret.slice(1)));
    const { link, ...checks } = await begin(config, app);
    const callback = await member.allows(link);
    const thrown = await client.authorizationCodeGrant(config, callback, checks).catch((error) => error);
    // Every 401 has a challenge, and the library reads that first. The description is in the body.
    assert.ok(thrown instanceof client.WWWAuthenticateChallengeError, String(thrown));
    assert.equal(thrown.status, 401);
    assert.equal(thrown.cause[0].scheme, "basic");
    const { error, error_description } = await thrown.response.json();
    assert.equal(error, "invalid_client");
    assert.equal(error_description, "the secret has 42 characters, 43 expected: cut off when copied?");
  }
});
