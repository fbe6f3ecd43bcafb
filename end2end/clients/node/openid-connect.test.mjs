// openid-client as a relying party of OpenID Connect: discovery, the ID token checked with the published keys, refresh.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import * as client from "openid-client";

import { Latchkey } from "./support/latchkey.mjs";
import { Person } from "./support/person.mjs";

/** @type {Latchkey} */
let latchkey;
/** @type {Person} */
let member;
/** @type {client.Configuration} */
let config;
/** @type {string} */
let redirect_uri;

before(async () => {
  latchkey = await Latchkey.start();
  member = new Person(latchkey.issuer);
  const app = latchkey.registerRelyingParty();
  redirect_uri = app.redirect_uri;
  const authentication = client.ClientSecretBasic(app.client_secret);
  const options = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] };
  config = await client.discovery(new URL(latchkey.issuer), app.client_id, undefined, authentication, options);
});

after(() => latchkey.stop());

/** @param {Record<string, string>} more */
async function begin(more = {}, configuration = config) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
  const link = client.buildAuthorizationUrl(configuration, {
    redirect_uri,
    scope: "openid profile email offline_access",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    ...more,
  });
  return { link, checks };
}

test("a member signs in, and the ID token and userinfo are of one person", async () => {
  const { link, checks } = await begin({ max_age: "3600" });
  const tokens = await client.authorizationCodeGrant(config, await member.allows(link), { ...checks, maxAge: 3600 });
  const claims = tokens.claims();
  assert.ok(claims);
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  for (const name of ["name", "email", "email_verified", "groups"]) assert.deepEqual(userinfo[name], claims[name], name);
  assert.equal(claims.email, "member@demo.example");

  const newer = await client.refreshTokenGrant(config, String(tokens.refresh_token));
  assert.equal(newer.claims()?.sub, claims.sub);
});

test("an ID token for another request is refused by its nonce", async () => {
  const { link, checks } = await begin();
  const callback = await member.allows(link);
  const wrong = { ...checks, expectedNonce: client.randomNonce() };
  await assert.rejects(client.authorizationCodeGrant(config, callback, wrong), {
    code: "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  });
});

test("a hint signs the same member in silently", async () => {
  const { link, checks } = await begin();
  const { id_token } = await client.authorizationCodeGrant(config, await member.allows(link), checks);
  const silent = await begin({ prompt: "none", id_token_hint: String(id_token) });
  const tokens = await client.authorizationCodeGrant(config, await member.allows(silent.link), silent.checks);
  assert.ok(tokens.id_token);
});

test("ID tokens are signed with ES256 for a program that asks for it", async () => {
  const app = latchkey.registerRelyingParty("https://app.example/callback", ["--id-token-alg", "ES256"]);
  const metadata = { id_token_signed_response_alg: "ES256" };
  const options = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] };
  const authentication = client.ClientSecretBasic(app.client_secret);
  const es256 = await client.discovery(new URL(latchkey.issuer), app.client_id, metadata, authentication, options);
  const { link, checks } = await begin({}, es256);
  const tokens = await client.authorizationCodeGrant(es256, await member.allows(link), checks);
  assert.equal(JSON.parse(Buffer.from(String(tokens.id_token).split(".")[0], "base64url").toString()).alg, "ES256");
  const newer = await client.refreshTokenGrant(es256, String(tokens.refresh_token));
  assert.equal(newer.claims()?.sub, tokens.claims()?.sub);
});

test("a member signs out of the program, and with it of the network", async () => {
  const { link, checks } = await begin();
  const { id_token } = await client.authorizationCodeGrant(config, await member.allows(link), checks);
  const post_logout_redirect_uri = new URL("/", redirect_uri).href;
  const signOut = client.buildEndSessionUrl(config, { id_token_hint: String(id_token), post_logout_redirect_uri, state: "s" });
  const back = await member.visits(signOut.href);
  assert.equal(String(back), `${post_logout_redirect_uri}?state=s`);
  const silent = await begin({ prompt: "none" });
  const refused = await member.visits(silent.link.href);
  assert.equal(new URL(String(refused)).searchParams.get("error"), "login_required");
});
