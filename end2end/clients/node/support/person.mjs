import assert from "node:assert/strict";
import { Browser, fields } from "./browser.mjs";

/** @typedef {import("./browser.mjs").Field} Field */

/** A person of the demonstration network with a browser. The member by default. */
export class Person extends Browser {
  /**
   * @param {string} site the address of the server
   * @param {string} email
   */
  constructor(site, email = "member@demo.example") {
    super(site);
    this.email = email;
  }

  /** Signs in without an application. */
  async signsIn() {
    await this.#typesPassword(await this.opens("/sign-in"));
  }

  /**
   * Follows an application's link, signs in if asked to, and presses Allow unless the server remembers the consent.
   *
   * @param {URL} link
   * @param {{ untick?: string[] }} [choice] the scopes to untick
   * @returns {Promise<URL>} the URL of the application that the browser is redirected to
   */
  async allows(link, { untick = [] } = {}) {
    const consent = await this.#follows(link);
    if (consent instanceof URL) return consent;
    const ticked = fields(consent).filter(({ name, value }) => name !== "approved" || !untick.includes(value));
    return this.#answers([...ticked, { name: "decision", value: "allow" }]);
  }

  /**
   * The same with Deny.
   *
   * @param {URL} link
   */
  async denies(link) {
    const consent = await this.#follows(link);
    assert.ok(typeof consent === "string", `nothing was asked: ${consent}`);
    const hidden = fields(consent).filter(({ name }) => name !== "approved");
    return this.#answers([...hidden, { name: "decision", value: "deny" }]);
  }

  /**
   * Opens a link. Returns the consent page, or the URL of the application.
   *
   * @param {URL} link
   */
  async #follows(link) {
    let page = await this.visits(link.href);
    if (typeof page === "string" && page.includes('action="/sign-in"')) page = await this.#typesPassword(page);
    assert.ok(page instanceof URL || page.includes('value="allow"'), `no consent page: ${page}`);
    return page;
  }

  /** @param {string} page the sign-in page */
  #typesPassword(page) {
    const typed = [{ name: "email", value: this.email }, { name: "password", value: "latchkey-demo" }];
    return this.visits(`${this.site}/sign-in`, [...fields(page), ...typed]);
  }

  /** @param {Field[]} form */
  async #answers(form) {
    const callback = await this.visits(`${this.site}/oauth/authorize`, form);
    assert.ok(callback instanceof URL, `not sent back to the application: ${callback}`);
    return callback;
  }
}
