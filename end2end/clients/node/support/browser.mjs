import assert from "node:assert/strict";

/** A browser for one site: it follows redirects there, keeps cookies and submits forms. */
export class Browser {
  /** @type {Map<string, string>} */
  #cookies = new Map();

  /** @param {string} site the address of the server */
  constructor(site) {
    this.site = site;
  }

  /**
   * Follows redirects within this site.
   *
   * @param {string} address
   * @param {Field[]} [form] what to send, for a form
   * @returns {Promise<string | URL>} the page, or the URL of another site, without requesting it
   */
  async visits(address, form) {
    const body = form && new URLSearchParams(form.map(({ name, value }) => [name, value]));
    const response = await this.fetch(address, body && { method: "POST", body });
    const page = await response.text();
    const location = response.headers.get("location");
    if (!location) {
      assert.equal(response.status, 200, page);
      return page;
    }
    const next = new URL(location, address);
    return next.origin === this.site ? this.visits(next.href) : next;
  }

  /**
   * The same, for a page of this site.
   *
   * @param {string} path
   * @param {Field[]} [form]
   */
  async opens(path, form) {
    const page = await this.visits(`${this.site}${path}`, form);
    assert.ok(typeof page === "string", `sent away from ${path}: ${page}`);
    return page;
  }

  /**
   * Calls a function of the page, as its script does.
   *
   * @param {string} name
   * @param {Record<string, unknown>} values
   */
  async calls(name, values) {
    const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(values) };
    const answer = await this.fetch(`${this.site}/api/${name}`, request);
    assert.equal(answer.status, 200, await answer.text());
  }

  /**
   * One request, with the cookies and the origin of this browser. It follows no redirect.
   *
   * @param {string | URL | Request} address
   * @param {RequestInit} [request]
   */
  async fetch(address, request) {
    const headers = new Headers(request?.headers);
    headers.set("cookie", [...this.#cookies].map((pair) => pair.join("=")).join("; "));
    headers.set("origin", this.site);
    const response = await fetch(address, { ...request, headers, redirect: "manual" });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/; *max-age=0/i.test(cookie)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}

/** @typedef {{ name: string, value: string }} Field */

/**
 * The fields that a browser sends for the main form of a page: hidden fields and ticked boxes.
 *
 * @param {string} page
 * @returns {Field[]}
 */
export function fields(page) {
  const form = /<form[^>]* action="\/(?:sign-in|oauth\/authorize)".*?<\/form>/s.exec(page)?.[0] ?? "";
  return [...form.matchAll(/<input [^>]*>/g)]
    .map(([input]) => input)
    .filter((input) => input.includes('type="hidden"') || / checked\b/.test(input))
    .map((input) => ({ name: attribute(input, "name"), value: attribute(input, "value") }));
}

/**
 * The text of the element with this id.
 *
 * @param {string} page
 * @param {string} id
 */
export function textOf(page, id) {
  const inside = new RegExp(` id="${id}"[^>]*>(.*?)</code>`, "s").exec(page)?.[1];
  assert.ok(inside !== undefined, `no ${id} in ${page}`);
  return unescaped(inside.replace(/<[^>]*>/g, ""));
}

/**
 * @param {string} tag
 * @param {string} name
 */
function attribute(tag, name) {
  return unescaped(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "");
}

/** @param {string} text */
function unescaped(text) {
  return text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
