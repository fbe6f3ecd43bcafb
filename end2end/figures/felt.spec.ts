// What people feel, in milliseconds: the first load over a slow line on a slow processor, and how soon an action shows
// after the server's answer. Figures depend on the machine, so nothing fails here.
import { FAST_3G, onSlowLine } from "../support/slow";
import { AdminPage, expect, Page, PATH, test } from "../support/fixtures";

const ROUNDS = 5;

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

test.beforeEach(async ({ latchkey }) => {
  for (let number = 1; number <= 20; number++) latchkey.addApplication(`Application ${number}`);
});

/** The figures of one load, which the page measures itself: a question from here would take the processor from it. */
async function load(page: Page, url: string) {
  await page.addInitScript(() => {
    const felt = Object.assign(window, { shift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) felt.shift += (entry as unknown as { value: number }).value;
    }).observe({ type: "layout-shift", buffered: true });
    Object.assign(window, {
      ready: new Promise<number>((resolve) => {
        new MutationObserver(() => {
          if (!document.body?.hasAttribute("data-ready")) return;
          const ready = performance.now();
          setTimeout(() => resolve(ready), 500);
        }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });
      }),
    });
  });
  await page.goto(url, { waitUntil: "commit" });
  return page.evaluate(async () => {
    const felt = window as unknown as { ready: Promise<number>; shift: number };
    const ready = await felt.ready;
    const painted = performance.getEntriesByName("first-contentful-paint")[0].startTime;
    return { painted, ready, shift: felt.shift };
  });
}

test("the first load over 1.6 Mbit/s with a quarter of the processor", async ({ admin, browser }) => {
  test.setTimeout(300_000);
  const loads: Awaited<ReturnType<typeof load>>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { page } = await onSlowLine(admin, browser, FAST_3G);
    loads.push(await load(page, admin.latchkey.url + PATH));
    await page.context().close();
  }
  const ms = (of: (it: (typeof loads)[0]) => number) => Math.round(median(loads.map(of)));
  console.log(`content painted          ${ms((it) => it.painted)} ms`);
  console.log(`buttons work             ${ms((it) => it.ready)} ms, ${ms((it) => it.ready - it.painted)} ms after the paint`);
  console.log(`layout shift             ${median(loads.map((it) => it.shift))}, at most ${Math.max(...loads.map((it) => it.shift))}`);
});

interface Action {
  name: string;
  act: (admin: AdminPage) => Promise<void>;
  /** What is on the page once the action is done, and was not before: this many elements of a selector. */
  shown: { selector: string; count: number };
}

const ACTIONS: Action[] = [
  {
    name: "a secret is shown",
    act: ({ page }) => page.locator("[id^=reveal-]").first().click(),
    shown: { selector: ".secret:not(.masked)", count: 1 },
  },
  {
    name: "a search lists its results",
    act: ({ page }) => page.locator("#search").fill("Application 17"),
    shown: { selector: "article", count: 1 },
  },
  {
    name: "an application's page is there",
    act: (admin) => admin.card("Application 3").getByRole("link", { name: "Application 3", exact: true }).click(),
    shown: { selector: ".page-tabs", count: 1 },
  },
];

/** From the end of the server's last answer before it until the action is done, in milliseconds. */
async function measure(admin: AdminPage, { act, shown }: Action): Promise<number> {
  const { page } = admin;
  await admin.open();
  await page.evaluate(() => performance.clearResourceTimings());
  const done = page.waitForFunction(
    ({ selector, count }) => document.querySelectorAll(selector).length === count && performance.now(),
    shown,
    { polling: "raf" },
  );
  await act(admin);
  return page.evaluate(
    (done) => {
      const answers = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
      const last = Math.max(...answers.filter((it) => it.initiatorType === "fetch" && it.responseEnd <= done).map((it) => it.responseEnd));
      return done - last;
    },
    (await (await done).jsonValue()) as number,
  );
}

for (const action of ACTIONS) {
  test(action.name, async ({ admin }) => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await measure(admin, action));
    console.log(`${action.name.padEnd(30)} ${Math.round(median(times))} ms after the answer, at most ${Math.round(Math.max(...times))}`);
    // Without an answer before it, the action asked nothing of the server.
    expect(times.every(Number.isFinite)).toBe(true);
  });
}
