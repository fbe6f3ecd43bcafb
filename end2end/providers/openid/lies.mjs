// What node-oidc-provider never says. These answers are changed and signed here.
import { generateKeyPairSync, sign } from "node:crypto";

/**
 * @typedef {object} Lies
 * @property {Record<string, unknown>} [discovery] entries of the metadata, such as another `issuer`
 * @property {Record<string, unknown>} [id_token] claims of ID tokens, such as another `aud` or `nonce`
 * @property {Record<string, unknown>} [userinfo] claims of the answer at userinfo, such as another `sub`
 * @property {"stranger" | "none"} [signed_by] ID tokens are signed with a key that is not published, or not at all
 * @property {string} [iss] the parameter `iss` of the authorization response (RFC 9207); empty leaves it out
 */

const STRANGER = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

/**
 * Changes the answer of the provider.
 *
 * @param {any} context
 * @param {Lies} lies
 * @param {import("node:crypto").KeyObject} key
 */
export function lie(context, lies, key) {
  const { body } = context;
  if (context.path === "/.well-known/openid-configuration" && lies.discovery) context.body = { ...body, ...lies.discovery };
  if (context.path === "/me" && lies.userinfo) context.body = { ...body, ...lies.userinfo };
  if (context.path === "/token" && body?.id_token && (lies.id_token || lies.signed_by)) {
    context.body = { ...body, id_token: signed(body.id_token, lies, key) };
  }
  if (lies.iss !== undefined) redirect(context, lies.iss);
}

/**
 * @param {string} token
 * @param {Lies} lies
 * @param {import("node:crypto").KeyObject} key
 */
function signed(token, lies, key) {
  const [header, payload] = token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
  const unsigned = lies.signed_by === "none";
  const parts = [unsigned ? { alg: "none" } : header, { ...payload, ...lies.id_token }];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  if (unsigned) return `${text}.`;
  return `${text}.${sign("sha256", Buffer.from(text), lies.signed_by === "stranger" ? STRANGER : key).toString("base64url")}`;
}

/**
 * @param {any} context
 * @param {string} issuer
 */
function redirect(context, issuer) {
  const location = context.response.get("location");
  const url = URL.canParse(location) ? new URL(location) : undefined;
  if (!url?.searchParams.has("iss")) return;
  if (issuer) url.searchParams.set("iss", issuer);
  else url.searchParams.delete("iss");
  context.set("location", url.href);
}
