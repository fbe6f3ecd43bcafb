import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** @typedef {import("./latchkey.mjs").Application} Application */

/**
 * The blocks of code on a page of docs/recipes/, with the addresses, the client ID and the secrets filled in.
 *
 * @param {string} page the name of the file
 * @param {{ network: string, program: string, application: Application }} values
 */
export function recipe(page, { network, program, application }) {
  const text = readFileSync(resolve(import.meta.dirname, "../../../../docs/recipes", page), "utf8");
  const filled = text
    .replaceAll("https://network.example", network)
    .replaceAll("https://app.example", program)
    .replace(/(client_?id): "…"/gi, `$1: "${application.client_id}"`)
    .replace(/(client_?secret): "…"/gi, `$1: "${application.client_secret}"`)
    .replace(/(secret): "…"/g, `$1: "${randomBytes(32).toString("hex")}"`);
  return [...filled.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, code]) => code);
}
