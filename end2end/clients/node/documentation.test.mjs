// Everything in docs/clients.md is tested.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, test } from "node:test";

/** @param {string} path from the top of the repository */
const read = (path) => readFileSync(resolve(import.meta.dirname, "../../..", path), "utf8");

const page = read("docs/clients.md");
const node = JSON.parse(read("end2end/clients/node/package.json")).devDependencies;
const python = read("end2end/clients/python/requirements.txt");
const rust = read("Cargo.lock");

const libraries = [
  { name: "openid-client", version: node["openid-client"], tests: "end2end/clients/node/openid-client.test.mjs" },
  { name: "oauth4webapi", version: node["oauth4webapi"], tests: "end2end/clients/node/oauth4webapi.test.mjs" },
  { name: "Authlib", version: found(python, /^Authlib==(.+)$/m), tests: "end2end/clients/python/test_authlib.py" },
  {
    name: "requests-oauthlib",
    version: found(python, /^requests-oauthlib==(.+)$/m),
    tests: "end2end/clients/python/test_requests_oauthlib.py",
  },
  { name: "oauth2", version: found(rust, /^name = "oauth2"\nversion = "(.+)"$/m), tests: "server/tests/oauth2_crate.rs" },
];

for (const { name, version, tests } of libraries) {
  describe(name, () => {
    test("is tested in the version that the page names", () => {
      const row = page.split("\n").find((line) => line.startsWith(`| [${name}](`));
      assert.ok(row?.endsWith(`| ${version} | \`${tests}\` |`), `${name} ${version}: ${row}`);
    });

    test("is tested with the lines that the page shows, in their order", () => {
      const section = found(page, new RegExp(`^## ${name}\n(.*?)(?=^## |(?![^]))`, "ms"));
      const shown = linesOf(found(section, /^```\w+\n(.*?)^```$/ms));
      assert.ok(shown.length > 10, section);
      const tested = linesOf(read(tests));
      let from = 0;
      for (const line of shown) {
        const at = tested.indexOf(line, from);
        assert.notEqual(at, -1, `not in ${tests}, or not there: ${line}`);
        from = at + 1;
      }
    });
  });
}

/** @param {string} code */
function linesOf(code) {
  return code.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function found(text, pattern) {
  const group = pattern.exec(text)?.[1];
  assert.ok(group, `${pattern} is not there`);
  return group;
}
