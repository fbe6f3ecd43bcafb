import { register } from "./provider.mjs";

/** @typedef {"discovery" | "keys" | "authorization" | "token" | "userinfo"} Endpoint */

/** What the tests change while the provider runs. */
export class Settings {
  /** By login name. A login name that is not here has a verified address of example.com. @type {Record<string, import("./provider.mjs").Account>} */
  accounts = {};
  /** How many seconds the provider's clock is ahead. */
  clock = 0;
  /** How many milliseconds an endpoint waits before it answers. @type {Partial<Record<Endpoint, number>>} */
  slow = {};
  /** The endpoints that take requests and never answer. @type {Endpoint[]} */
  silent = [];
  /** The endpoints that redirect, and where to. @type {Partial<Record<Endpoint, string>>} */
  redirect = {};
  /** Whether the port is closed. */
  down = false;
  /** What it says that is not true. @type {import("./lies.mjs").Lies} */
  lies = {};

  /**
   * Changes what `change` names. An object that it names is replaced, except accounts, which are added.
   *
   * @param {Partial<Settings> & { clients?: import("./provider.mjs").Client[] }} change
   */
  async change({ clients = [], accounts = {}, ...others }) {
    for (const client of clients) await register(client);
    Object.assign(this.accounts, accounts);
    for (const [name, value] of Object.entries(others)) {
      if (!(name in this)) throw new Error(`there is no setting ${name}`);
      Object.assign(this, { [name]: value });
    }
  }

  /** As at the start, except for the accounts and clients. */
  reset() {
    Object.assign(this, new Settings(), { accounts: this.accounts });
  }
}
