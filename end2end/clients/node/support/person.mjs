import assert from "node:assert/strict";

/** The member of the demonstration network, with a browser: it follows redirects, keeps cookies and sends forms. */
export class Person {
  /** @type {Map<string, string>} */
  #cookies = new Map();

  /** @param {string} site the address of the server */
  constructor(site) {
    this.site = site;
  }

  /**
   * Follows an application's link, signs in if asked to, and presses Allow unless the server remembers that.
   *
   * @param {URL} link
   * @param {{ untick?: string[] }} [choice] the scopes to untick
   * @returns {Promise<URL>} the address of the application that the browser is sent to
   */
  async allows(link, { untick = [] } = {}) {
    const consent = await this.#opens(link);
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
    const consent = await this.#opens(link);
    assert.ok(typeof consent === "string", `nothing was asked: ${consent}`);
    const hidden = fields(consent).filter(({ name }) => name !== "approved");
    return this.#answers([...hidden, { name: "decision", value: "deny" }]);
  }

  /**
   * Opens a link; the consent page that it leads to, or the address of the application.
   *
   * @param {URL} link
   */
  async #opens(link) {
    let page = await this.#visits(link.href);
    if (typeof page === "string" && page.includes('action="/sign-in"')) {
      const form = [...fields(page), { name: "email", value: "member@demo.example" }, { name: "password", value: "latchkey-demo" }];
      page = await this.#visits(`${this.site}/sign-in`, form);
    }
    assert.ok(page instanceof URL || page.includes('value="allow"'), `no consent page: ${page}`);
    return page;
  }

  /** @param {Field[]} form */
  async #answers(form) {
    const callback = await this.#visits(`${this.site}/oauth/authorize`, form);
    assert.ok(callback instanceof URL, `not sent back to the application: ${callback}`);
    return callback;
  }

  /**
   * Goes where it is sent, as long as that is this site.
   *
   * @param {string} address
   * @param {Field[]} [form] what to send, for a form
   * @returns {Promise<string | URL>} the page, or the address elsewhere, which nothing is sent to
   */
  async #visits(address, form) {
    const response = await fetch(address, {
      redirect: "manual",
      headers: { cookie: [...this.#cookies].map((pair) => pair.join("=")).join("; "), origin: this.site },
      ...(form && { method: "POST", body: new URLSearchParams(form.map(({ name, value }) => [name, value])) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#cookies.set(name, value);
    }
    const page = await response.text();
    const location = response.headers.get("location");
    if (!location) {
      assert.equal(response.status, 200, page);
      return page;
    }
    const next = new URL(location, address);
    return next.origin === this.site ? this.#visits(next.href) : next;
  }
}

/** @typedef {{ name: string, value: string }} Field */

/**
 * What a browser would send of the form in the middle of a page: its hidden fields and the boxes that are ticked.
 *
 * @param {string} page
 * @returns {Field[]}
 */
function fields(page) {
  const form = /<form[^>]* action="\/(?:sign-in|oauth\/authorize)".*?<\/form>/s.exec(page)?.[0] ?? "";
  return [...form.matchAll(/<input [^>]*>/g)]
    .map(([input]) => input)
    .filter((input) => input.includes('type="hidden"') || / checked\b/.test(input))
    .map((input) => ({ name: attribute(input, "name"), value: attribute(input, "value") }));
}

/**
 * @param {string} tag
 * @param {string} name
 */
function attribute(tag, name) {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return value.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
