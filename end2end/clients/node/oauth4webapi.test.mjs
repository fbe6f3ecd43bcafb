// oauth4webapi: each request and each response by itself.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import * as oauth from "oauth4webapi";

import { Latchkey } from "./support/latchkey.mjs";
import { Person } from "./support/person.mjs";

/** @type {Latchkey} */
let latchkey;
/** @type {Person} */
let member;
/** @type {oauth.AuthorizationServer} */
let as;

const options = { [oauth.allowInsecureRequests]: true };

/** @typedef {import("./support/latchkey.mjs").Application} Application */

/**
 * An application in the library's types.
 *
 * @typedef {{ client: oauth.Client, authentication: oauth.ClientAuth, redirect_uri: string }} Registered
 */

before(async () => {
  latchkey = await Latchkey.start();
  member = new Person(latchkey.issuer);
  as = await discover();
});

after(() => latchkey.stop());

async function discover() {
  const issuer = new URL(latchkey.issuer);
  const response = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...options });
  return oauth.processDiscoveryResponse(issuer, response);
}

/**
 * The authorization link, and what the application keeps until the callback.
 *
 * @param {Registered} app
 */
async function begin({ client, redirect_uri }) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const link = new URL(String(as.authorization_endpoint));
  link.search = new URLSearchParams({
    response_type: "code",
    client_id: client.client_id,
    redirect_uri,
    scope: "read:userinfo read:posts",
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }).toString();
  return { link, state, verifier };
}

/**
 * @param {Registered} app
 * @param {URL} callback
 * @param {{ state: string, verifier: string }} kept
 */
async function exchange({ client, authentication, redirect_uri }, callback, { state, verifier }) {
  const answer = oauth.validateAuthResponse(as, client, callback, state);
  const response = await oauth.authorizationCodeGrantRequest(as, client, authentication, answer, redirect_uri, verifier, options);
  assert.match(response.headers.get("cache-control") ?? "", /no-store/);
  return oauth.processAuthorizationCodeResponse(as, client, response);
}

/**
 * The whole flow.
 *
 * @param {Registered} app
 * @param {{ untick?: string[] }} [choice]
 */
async function connect(app, choice) {
  const { link, ...kept } = await begin(app);
  const tokens = await exchange(app, await member.allows(link, choice), kept);
  assert.ok(tokens.refresh_token);
  return /** @type {oauth.TokenEndpointResponse & { refresh_token: string }} */ (tokens);
}

/**
 * @param {Registered} app
 * @param {string | undefined} token
 * @param {Record<string, string>} [additionalParameters]
 */
async function refresh({ client, authentication }, token, additionalParameters) {
  const response = await oauth.refreshTokenGrantRequest(as, client, authentication, String(token), {
    additionalParameters,
    ...options,
  });
  return oauth.processRefreshTokenResponse(as, client, response);
}

/**
 * @param {Registered} app
 * @param {string} token
 * @param {string | typeof oauth.skipSubjectCheck} [subject]
 */
async function userinfo({ client }, token, subject = oauth.skipSubjectCheck) {
  const response = await oauth.userInfoRequest(as, client, token, options);
  return oauth.processUserInfoResponse(as, client, subject, response);
}

/**
 * @param {Registered} app
 * @param {string} token
 */
async function revoke({ client, authentication }, token) {
  const response = await oauth.revocationRequest(as, client, authentication, token, options);
  await oauth.processRevocationResponse(response);
}

/**
 * @param {Registered} app
 * @param {string} token
 */
async function introspect({ client, authentication }, token) {
  const response = await oauth.introspectionRequest(as, client, authentication, token, options);
  return oauth.processIntrospectionResponse(as, client, response);
}

/**
 * The library's exception for an error of RFC 6749 section 5.2.
 *
 * @param {string} error
 * @param {RegExp} description
 */
function refusal(error, description) {
  return (/** @type {unknown} */ thrown) => {
    assert.ok(thrown instanceof oauth.ResponseBodyError, String(thrown));
    assert.equal(thrown.error, error);
    assert.match(thrown.error_description ?? "", description);
    assert.equal(thrown.status, 400);
    return true;
  };
}

/** @param {unknown} thrown */
function badToken(thrown) {
  assert.ok(thrown instanceof oauth.WWWAuthenticateChallengeError, String(thrown));
  assert.equal(thrown.status, 401);
  const { scheme, parameters } = thrown.cause[0];
  assert.equal(scheme, "bearer");
  assert.equal(parameters.error, "invalid_token");
  assert.ok(parameters.error_description);
  assert.equal(parameters.resource_metadata, `${latchkey.issuer}/.well-known/oauth-protected-resource`);
  return true;
}

test("the lines of docs/clients.md", async () => {
  const { client_id, client_secret, redirect_uri } = latchkey.registerWebApp();
  const issuer = new URL(latchkey.issuer);

  const client = { client_id };
  const authentication = oauth.ClientSecretBasic(client_secret);
  const options = { [oauth.allowInsecureRequests]: true }; // only for http://localhost
  const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...options });
  const as = await oauth.processDiscoveryResponse(issuer, found);

  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const link = new URL(as.authorization_endpoint ?? "");
  link.searchParams.set("response_type", "code");
  link.searchParams.set("client_id", client_id);
  link.searchParams.set("redirect_uri", redirect_uri);
  link.searchParams.set("scope", "read:userinfo read:posts");
  link.searchParams.set("state", state);
  link.searchParams.set("code_challenge", await oauth.calculatePKCECodeChallenge(verifier));
  link.searchParams.set("code_challenge_method", "S256");
  const callback = await member.allows(link); // The browser goes to `link`, and comes back at this address.
  const answer = oauth.validateAuthResponse(as, client, callback, state);

  const exchange = oauth.authorizationCodeGrantRequest;
  const response = await exchange(as, client, authentication, answer, redirect_uri, verifier, options);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response);

  assert.equal((await userinfo({ client, authentication, redirect_uri }, tokens.access_token)).email, "member@demo.example");
});

/** @type {[string, () => Registered][]} */
const kinds = [
  [
    "confidential, client_secret_basic",
    () => {
      const { client_id, client_secret, redirect_uri } = latchkey.registerWebApp();
      return { client: { client_id }, authentication: oauth.ClientSecretBasic(client_secret), redirect_uri };
    },
  ],
  [
    "confidential, client_secret_post",
    () => {
      const { client_id, client_secret, redirect_uri } = latchkey.registerWebApp();
      return { client: { client_id }, authentication: oauth.ClientSecretPost(client_secret), redirect_uri };
    },
  ],
  [
    "public",
    () => {
      const { client_id, redirect_uri } = latchkey.registerNativeApp();
      return { client: { client_id }, authentication: oauth.None(), redirect_uri };
    },
  ],
];

test("discovery finds the server and its resource", async () => {
  const issuer = latchkey.issuer;
  assert.equal(as.issuer, issuer);
  assert.equal(as.authorization_endpoint, `${issuer}/oauth/authorize`);
  assert.equal(as.token_endpoint, `${issuer}/oauth/token`);
  assert.equal(as.revocation_endpoint, `${issuer}/oauth/revoke`);
  assert.equal(as.introspection_endpoint, `${issuer}/oauth/introspect`);
  assert.equal(as.userinfo_endpoint, `${issuer}/oauth/userinfo`);
  assert.deepEqual(as.response_types_supported, ["code"]);
  assert.deepEqual(as.code_challenge_methods_supported, ["S256"]);
  assert.equal(as.authorization_response_iss_parameter_supported, true);

  const response = await oauth.resourceDiscoveryRequest(new URL(issuer), options);
  const resource = await oauth.processResourceDiscoveryResponse(new URL(issuer), response);
  assert.deepEqual(resource.authorization_servers, [issuer]);
});

for (const [kind, register] of kinds) {
  describe(kind, () => {
    /** @type {Registered} */
    let app;

    before(() => {
      app = register();
    });

    test("the code flow ends with tokens that userinfo accepts", async () => {
      const tokens = await connect(app);
      assert.match(tokens.access_token, /^lk_at_/);
      assert.match(tokens.refresh_token, /^lk_rt_/);
      assert.equal(tokens.token_type, "bearer"); // The library writes it small.
      assert.equal(tokens.expires_in, 3600);
      assert.equal(tokens.scope, "read:userinfo read:posts");
      assert.ok(Math.abs(Number(tokens.created_at) - Date.now() / 1000) < 60, `${tokens.created_at}`);

      const profile = await userinfo(app, tokens.access_token);
      assert.equal(profile.email, "member@demo.example");
      assert.ok(profile.sub && profile.name);
      await userinfo(app, tokens.access_token, profile.sub);
    });

    test("a scope that the member unticks is not granted", async () => {
      const fresh = register();
      const tokens = await connect(fresh, { untick: ["read:userinfo"] });
      assert.equal(tokens.scope, "read:posts");
      assert.deepEqual(Object.keys(await userinfo(fresh, tokens.access_token)), ["sub", "id"]);
    });

    test("a refresh rotates, survives a lost answer, and finds a thief", async () => {
      const tokens = await connect(app);
      const newer = await refresh(app, tokens.refresh_token);
      assert.notEqual(newer.access_token, tokens.access_token);
      assert.notEqual(newer.refresh_token, tokens.refresh_token);
      assert.equal(newer.scope, "read:userinfo read:posts");

      const again = await refresh(app, tokens.refresh_token);
      assert.equal(again.access_token, newer.access_token);
      assert.equal(again.refresh_token, newer.refresh_token);

      const newest = await refresh(app, newer.refresh_token);
      await userinfo(app, newest.access_token);

      await assert.rejects(refresh(app, tokens.refresh_token), refusal("invalid_grant", /replaced by a newer one/));
      await assert.rejects(userinfo(app, newest.access_token), badToken);
      await assert.rejects(refresh(app, newest.refresh_token), refusal("invalid_grant", /was revoked/));
    });

    test("a refresh may ask for less", async () => {
      const { refresh_token } = await connect(app);
      const tokens = await refresh(app, refresh_token, { scope: "read:posts" });
      assert.equal(tokens.scope, "read:posts");
      const more = refresh(app, tokens.refresh_token, { scope: "write:posts" });
      await assert.rejects(more, refusal("invalid_scope", /write:posts.*not granted/));
    });

    test("what is revoked is refused", async () => {
      for (const kind of /** @type {const} */ (["access_token", "refresh_token"])) {
        const tokens = await connect(app);
        await revoke(app, tokens[kind]);
        await assert.rejects(userinfo(app, tokens.access_token), badToken);
        await assert.rejects(refresh(app, tokens.refresh_token), refusal("invalid_grant", /was revoked/));
        await revoke(app, tokens[kind]);
      }
    });

    test("a code is good once, and its second use ends what the first began", async () => {
      const { link, ...kept } = await begin(app);
      const callback = await member.allows(link);
      const tokens = await exchange(app, callback, kept);
      await assert.rejects(exchange(app, callback, kept), refusal("invalid_grant", /used before/));
      await assert.rejects(userinfo(app, tokens.access_token), badToken);
    });

    test("a code that was changed on its way is refused in words", async () => {
      const { link, ...kept } = await begin(app);
      const callback = await member.allows(link);
      callback.searchParams.set("code", "nonsense");
      await assert.rejects(exchange(app, callback, kept), refusal("invalid_grant", /`code` is not valid/));
    });

    test("another verifier is refused in words", async () => {
      const { link, state } = await begin(app);
      const callback = await member.allows(link);
      const other = { state, verifier: oauth.generateRandomCodeVerifier() };
      await assert.rejects(exchange(app, callback, other), refusal("invalid_grant", /verifier/));
    });

    test("Deny arrives with its state and issuer", async () => {
      const fresh = register();
      const { link, ...kept } = await begin(fresh);
      await assert.rejects(exchange(fresh, await member.denies(link), kept), (thrown) => {
        assert.ok(thrown instanceof oauth.AuthorizationResponseError, String(thrown));
        assert.equal(thrown.error, "access_denied");
        assert.match(thrown.error_description ?? "", /the member declined/);
        return true;
      });
    });

    test("an answer with another state or issuer is not used", async () => {
      for (const name of ["state", "iss"]) {
        const { link, ...kept } = await begin(app);
        const callback = await member.allows(link);
        callback.searchParams.set(name, "https://evil.example");
        await assert.rejects(exchange(app, callback, kept), oauth.OperationProcessingError);
        callback.searchParams.delete(name);
        await assert.rejects(exchange(app, callback, kept), oauth.OperationProcessingError);
      }
    });
  });
}

test("a confidential application needs no PKCE", async () => {
  const { client_id, client_secret, redirect_uri } = latchkey.registerWebApp();
  const [client, authentication, state] = [{ client_id }, oauth.ClientSecretBasic(client_secret), oauth.generateRandomState()];
  const link = new URL(String(as.authorization_endpoint));
  const asked = { response_type: "code", client_id, redirect_uri, scope: "read:posts", state };
  link.search = new URLSearchParams(asked).toString();
  const answer = oauth.validateAuthResponse(as, client, await member.allows(link), state);
  const request = oauth.authorizationCodeGrantRequest;
  const response = await request(as, client, authentication, answer, redirect_uri, oauth.nopkce, options);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response);
  assert.equal(tokens.scope, "read:posts");
});

test("introspection tells an application about its own tokens, and nobody else", async () => {
  const [app, other] = [kinds[0][1](), kinds[1][1]()];
  const tokens = await connect(app);
  const { sub } = await userinfo(app, tokens.access_token);
  const found = await introspect(app, tokens.access_token);
  assert.equal(found.active, true);
  assert.equal(found.client_id, app.client.client_id);
  assert.equal(found.iss, latchkey.issuer);
  assert.equal(found.sub, sub);
  assert.equal(found.username, "member@demo.example");
  assert.equal(found.scope, "read:userinfo read:posts");
  assert.equal(found.token_type, "Bearer");
  assert.equal(Number(found.exp) - Number(found.iat), 3600);
  assert.equal((await introspect(app, tokens.refresh_token)).active, true);
  assert.deepEqual(await introspect(other, tokens.access_token), { active: false });
  await revoke(app, tokens.refresh_token);
  assert.deepEqual(await introspect(app, tokens.access_token), { active: false });
});

test("nobody revokes the token of another application", async () => {
  const [app, other] = [kinds[0][1](), kinds[2][1]()];
  const tokens = await connect(app);
  await assert.rejects(revoke(other, tokens.refresh_token), refusal("unauthorized_client", /another application/));
  await userinfo(app, tokens.access_token);
});

test("a secret that was cut off is refused in words", async () => {
  const { client_id, client_secret, redirect_uri } = latchkey.registerWebApp();
  for (const authenticate of [oauth.ClientSecretBasic, oauth.ClientSecretPost]) {
    const app = { client: { client_id }, authentication: authenticate(client_secret.slice(1)), redirect_uri };
    const thrown = await connect(app).catch((error) => error);
    // Every 401 has a challenge, and the library reads that first. The description is in the body.
    assert.ok(thrown instanceof oauth.WWWAuthenticateChallengeError, String(thrown));
    assert.equal(thrown.status, 401);
    assert.equal(thrown.cause[0].scheme, "basic");
    const { error, error_description } = await thrown.response.json();
    assert.equal(error, "invalid_client");
    assert.equal(error_description, "the secret has 42 characters, 43 expected: cut off when copied?");
  }
});
