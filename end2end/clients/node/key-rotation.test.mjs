// The keys that sign ID tokens change while people sign in: two nodes on one PostgreSQL database, and clients that keep
// the published keys. All of them have a clock that is moved ahead.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import * as client from "openid-client";

import { Clock, faketime } from "./support/clock.mjs";
import { Nodes } from "./support/nodes.mjs";
import { Person } from "./support/person.mjs";
import { Postgres } from "./support/postgres.mjs";

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** What a node logs after it did what it does each hour. It makes the keys that are due, too. */
const HOURLY = "deleted expired records";

/** How many keys there are before any change: one of RS256 and one of ES256. */
const BOTH_ALGORITHMS = 2;

/**
 * Waits until a node has done what is due at this time. Its timers notice within a second that the clock was moved.
 *
 * @param {() => boolean | Promise<boolean>} done
 */
async function until(done) {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`not within 20 seconds: ${done}`);
}

const library = faketime();

describe("signing keys", { skip: !library && "it needs Debian's package faketime" }, () => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-clock-"));
  /** @type {Clock} */
  let clock;
  /** @type {Postgres} */
  let postgres;
  /** @type {Nodes} */
  let nodes;
  /** @type {Person} */
  let member;
  /** @type {client.Configuration} */
  let config;
  /** @type {import("./support/latchkey.mjs").Application} */
  let app;
  /** @type {number} when the first node started, which looks after the keys each hour from then on */
  let started;

  before(async () => {
    clock = new Clock(folder, String(library));
    postgres = await Postgres.start();
    nodes = await Nodes.on(postgres.url, clock.environment);
    await nodes.adds();
    await until(() => nodes.logged(0, HOURLY) === 1);
    started = Date.now();
    // Half an hour later, so that the other node does not look after the keys at the same time.
    clock.moves(HOUR / 2);
    await nodes.adds();
    member = new Person(nodes.issuer);
    app = nodes.first.registerRelyingParty();
    const authentication = client.ClientSecretBasic(String(app.client_secret));
    // With the second, it checks signatures, with keys that it keeps for five minutes.
    const options = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] };
    config = await client.discovery(new URL(nodes.issuer), app.client_id, undefined, authentication, options);
  });

  after(async () => {
    await nodes?.stop();
    await postgres?.stop();
    clock?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The whole flow, and a refresh. Each node answers one of the two requests for tokens. */
  async function signsIn() {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
    const link = client.buildAuthorizationUrl(config, {
      redirect_uri: app.redirect_uri,
      scope: "openid profile email offline_access",
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const tokens = await client.authorizationCodeGrant(config, await member.allows(link), checks);
    const newer = await client.refreshTokenGrant(config, String(tokens.refresh_token));
    return [String(tokens.id_token), String(newer.id_token)];
  }

  /** @typedef {ReturnType<typeof createRemoteJWKSet>} Keys */

  /**
   * What a client keeps.
   *
   * @param {import("jose").RemoteJWKSetOptions} [options]
   */
  function keeps(options) {
    return createRemoteJWKSet(new URL("/oauth/jwks", nodes.issuer), options);
  }

  /** The least that a client may do: it keeps the keys for an hour, and does not look again when one is new. */
  function keepsForAnHour() {
    return keeps({ cacheMaxAge: HOUR * 1000, cooldownDuration: Infinity });
  }

  /**
   * @param {string} token
   * @param {Keys} keys
   */
  function checks(token, keys) {
    return jwtVerify(token, keys, { issuer: nodes.issuer, audience: app.client_id });
  }

  /** @param {number} number of the node */
  async function published(number) {
    /** @type {{ keys: { alg: string, kid: string }[] }} */
    const { keys } = await nodes.asks(number, "/oauth/jwks");
    return keys.filter(({ alg }) => alg === "RS256").map(({ kid }) => kid);
  }

  test("nobody is refused while they change", { timeout: 120_000 }, async () => {
    const clients = [keeps(), keepsForAnHour()];
    /** @type {{ token: string, kid: string, at: number }[]} */
    const signed = [];
    async function everybodySignsIn() {
      for (const token of await signsIn()) {
        for (const keys of clients) await checks(token, keys);
        signed.push({ token, kid: String(decodeProtectedHeader(token).kid), at: Date.now() });
      }
    }
    /**
     * People sign in every five minutes until this time. There is one more client each time, until one looks every five minutes.
     *
     * @param {number} time
     */
    async function goesOnUntil(time) {
      while (Date.now() < time) {
        clock.moves(Math.min(5 * MINUTE, Math.ceil((time - Date.now()) / 1000)));
        if (clients.length < 14) clients.push(keepsForAnHour());
        await everybodySignsIn();
      }
    }

    await everybodySignsIn();
    const [old] = await published(0);
    assert.match(nodes.first.runs(["key", "rotate"]), /not in use yet/);
    nodes.copiesKey();
    assert.match(nodes.first.runs(["key", "rotate"]), /is now in use/);
    assert.deepEqual(await published(0), [old], "keys change when the node looks after them");

    // The first node makes a key. Both have just read the keys, and publish them without it for a minute.
    await goesOnUntil(started + (HOUR - 10) * 1000);
    assert.equal(nodes.logged(0, HOURLY), 1);
    clock.moves(15);
    await until(() => nodes.logged(0, HOURLY) === 2);
    const made = Date.now();
    clock.moves(30);
    const late = keepsForAnHour();
    await late.reload();
    assert.equal(late.jwks()?.keys.length, BOTH_ALGORITHMS, "it does not know the new key");
    clients.push(late);
    clock.moves(MINUTE);
    for (const number of [0, 1]) assert.equal((await published(number)).length, 2);
    const [next] = await published(0);
    assert.notEqual(next, old);

    // At the first of these times the late client still has the keys that it fetched.
    await goesOnUntil(made + (HOUR + 15) * 1000);
    await goesOnUntil(made + (HOUR + 45) * 1000);
    assert.deepEqual(new Set(signed.map(({ kid }) => kid)), new Set([old]), "each node published the new key for an hour");
    const last = signed[signed.length - 1];
    await goesOnUntil(made + (HOUR + 70) * 1000);
    assert.deepEqual(signed.slice(-2).map(({ kid }) => kid), [next, next]);

    // What the old key signed can be checked until it expires, also by somebody who did not know that key.
    await goesOnUntil(last.at + (HOUR - 10) * 1000);
    await checks(last.token, keeps());
    assert.equal(signed[signed.length - 1].kid, next);
    await goesOnUntil(made + 4 * HOUR * 1000);
    for (const number of [0, 1]) await until(async () => (await published(number)).join() === next);
    await everybodySignsIn();
  });
});
