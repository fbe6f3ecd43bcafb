import { chromium } from "@playwright/test";
const U = process.argv[2], rate = Number(process.argv[3] ?? 1), rounds = Number(process.argv[4] ?? 7);
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const c = await b.newContext(); await c.grantPermissions(["clipboard-read", "clipboard-write"], { origin: U });
const p = await c.newPage();
await p.addInitScript(() => {
  window.ends = [];
  const f = window.fetch;
  window.fetch = async (...a) => { const r = await f(...a); r.clone().arrayBuffer().then(() => window.ends.push(performance.now())); return r; };
  window.until = (test) => new Promise((resolve) => {
    const check = () => { let ok = false; try { ok = eval(test); } catch {} if (ok) { o.disconnect(); const at = performance.now(); resolve(at - window.ends.filter(e => e <= at + 1).at(-1)); } };
    const o = new MutationObserver(check); o.observe(document, { subtree: true, childList: true, attributes: true, characterData: true }); check();
  });
});
await p.goto(U + "/sign-in?return_to=/admin/settings/oauth-applications");
await p.getByLabel(/email/i).fill("host@demo.example"); await p.getByLabel(/password/i).fill("latchkey-demo"); await p.keyboard.press("Enter");
await p.waitForURL(/oauth-applications$/); await p.waitForSelector("body[data-ready]"); await p.waitForTimeout(500);
const d = await c.newCDPSession(p); await d.send("Emulation.setCPUThrottlingRate", { rate });
const all = {};
const act = async (name, test, run) => {
  await p.evaluate(() => { window.ends = []; });
  const w = p.evaluate((t) => window.until(t), `window.ends.length > 0 && (${test})`);
  await run();
  const ms = await Promise.race([w, new Promise(r => setTimeout(() => r("none"), 15000))]);
  (all[name] ??= []).push(ms);
};
const id = await p.locator("article .card-name").first().getAttribute("id").then(s => s.slice(5));
const q = (s) => `document.querySelector(${JSON.stringify(s)})`;
for (let i = 0; i < rounds; i++) {
  const first = p.locator("article").first();
  await act("reveal", `${q(`article [aria-label^="Hide"], article .secret:not(.masked)`)}`, () => first.locator("[id^=reveal-]").first().click());
  await first.locator("[id^=reveal-]").first().click(); await p.waitForTimeout(200);
  await act("copy secret", `document.querySelector(".toast, [role=status] .toast, .toasts *")`, () => first.locator("[id^=copy-secret-]").first().click());
  await p.waitForTimeout(300);
  await first.locator("[id^=more-]").click();
  await act("pause", `document.querySelector("article .badge-paused")`, () => p.locator("[id^=pause-]").first().click());
  await p.waitForTimeout(300);
  await first.locator("[id^=more-]").click();
  await act("resume", `!document.querySelector("article:first-of-type .badge-paused")`, () => p.locator("[id^=pause-]").first().click());
  await p.waitForTimeout(300);
  await act("open the edit dialog", `document.querySelector("dialog[open] #name")`, () => first.locator("[id^=edit-]").click());
  await p.locator("#name").fill("Name " + i);
  await act("save", `!document.querySelector("dialog[open]") && document.querySelector("article .card-name").innerText.includes("Name ${i}")`, () => p.locator("#save").click());
  await p.waitForTimeout(300);
  await act("search", `document.querySelectorAll("article").length === 1`, () => p.locator("#search").fill("Name " + i));
  await act("clear the search", `document.querySelectorAll("article").length > 1`, () => p.locator("#search").fill(""));
  await act("open an application", `document.querySelector(".page-tabs")`, () => p.locator(".card-name a").first().click());
  await act("back to the list", `document.querySelectorAll("article").length > 1`, () => p.locator(".trail a").click());
  await p.waitForTimeout(300);
}
for (const [n, v] of Object.entries(all)) { const s = v.filter(x => typeof x === "number").sort((a, b) => a - b); console.log(n.padEnd(24), "p50", s[s.length >> 1]?.toFixed(0), "max", s.at(-1)?.toFixed(0), "of", s.length, v.includes("none") ? "SOME NONE" : ""); }
await b.close();
