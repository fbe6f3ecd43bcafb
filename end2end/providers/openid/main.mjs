// node-oidc-provider on two ports of 127.0.0.1: its own, and one where tests change its settings. The argument is JSON:
// `port`, `control` (ports; 0 or absent: any), `clients`, `accounts` and the other settings. It prints its addresses
// when it is ready, and ends with its standard input.
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { interact, text } from "./pages.mjs";
import { provider } from "./provider.mjs";
import { Settings } from "./settings.mjs";

const PATHS = new Map([
  ["/.well-known/openid-configuration", "discovery"],
  ["/jwks", "keys"],
  ["/auth", "authorization"],
  ["/token", "token"],
  ["/me", "userinfo"],
]);

/** A picture that accounts can have: a PNG of one pixel. */
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

const settings = new Settings();
const { port = 0, control = 0, ...given } = JSON.parse(process.argv[2] ?? "{}");
await settings.change(given);

// The library asks this clock, as it would ask a computer's that is wrong.
const now = Date.now;
Date.now = () => now() + settings.clock * 1000;

/**
 * What was asked of the endpoints. The form is there once the library has read it.
 *
 * @typedef {{ endpoint: string, query: Record<string, string>, form?: Record<string, string>, authorization?: string }} Seen
 * @type {Seen[]}
 */
let requests = [];

const server = createServer((request, response) => void answer(request, response));
const issuer = await listen(server, port);
const used = Number(new URL(issuer).port);
let current = provider(issuer, settings, newKey());

const controls = createServer((request, response) => void obey(request, response));
console.log(JSON.stringify({ issuer, control: await listen(controls, control) }));
process.stdin.on("end", () => process.exit()).resume();

/**
 * @param {import("node:http").IncomingMessage & { seen?: Seen }} request
 * @param {import("node:http").ServerResponse} response
 */
async function answer(request, response) {
  const url = new URL(request.url ?? "/", issuer);
  if (url.pathname.startsWith("/interaction/")) return interact(current, request, response);
  if (url.pathname === "/picture.png") return void response.writeHead(200, { "content-type": "image/png" }).end(PICTURE);
  const endpoint = /** @type {import("./settings.mjs").Endpoint | undefined} */ (PATHS.get(url.pathname));
  if (endpoint) {
    request.seen = { endpoint, query: Object.fromEntries(url.searchParams), authorization: request.headers.authorization };
    requests.push(request.seen);
    if (settings.silent.includes(endpoint)) return;
    await new Promise((later) => setTimeout(later, settings.slow[endpoint] ?? 0));
    const elsewhere = settings.redirect[endpoint];
    if (elsewhere) return void response.writeHead(307, { location: elsewhere }).end();
  }
  current.callback()(request, response);
}

/**
 * GET tells the requests, POST changes settings: those in its JSON, `"rotate": true` for other keys, `"reset": true`
 * before the changes.
 *
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
async function obey(request, response) {
  try {
    if (request.method === "POST") {
      const { reset, rotate, ...change } = JSON.parse(await text(request));
      if (reset) settings.reset();
      if (reset) requests = [];
      if (rotate) current = provider(issuer, settings, newKey());
      await settings.change(change);
      if (settings.down && server.listening) await close();
      if (!settings.down && !server.listening) await listen(server, used);
    }
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ requests }));
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
}

function newKey() {
  return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
}

async function close() {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

/**
 * @param {import("node:http").Server} server
 * @param {number} port
 */
async function listen(server, port) {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: bound } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${bound}`;
}
