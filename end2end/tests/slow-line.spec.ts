// What people see before the WebAssembly runs, that nothing moves when it starts, and that an earlier click is not lost.
// How long that takes: `figures/felt.spec.ts`.
import { expect, PATH, test } from "../support/fixtures";

/** What moved in a layout shift. TypeScript's own library does not know it. */
interface Moved {
  node: Node | null;
  previousRect: DOMRectReadOnly;
  currentRect: DOMRectReadOnly;
}

test.beforeEach(async ({ latchkey }) => {
  for (let number = 1; number <= 20; number++) latchkey.addApplication(`Application ${number}`);
});

test("the content is painted before the WebAssembly arrives", async ({ admin }) => {
  const { page } = admin;
  // It arrives only once there was a paint: without one, the test runs out of time.
  await page.route("**/*.wasm", async (route) => {
    await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
    await expect(page.locator("article")).toHaveCount(20);
    await route.continue();
  });
  await page.goto(admin.latchkey.url + PATH);
  await admin.ready();
});

test("nothing moves when the WebAssembly starts", async ({ admin }) => {
  const { page } = admin;
  await page.route("**/*.wasm", async (route) => {
    await page.waitForLoadState("domcontentloaded");
    // From the second frame after the last part of the document on, whatever moves was moved by a script.
    await page.evaluate(async () => {
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
      const moved: string[] = [];
      Object.assign(window, { moved });
      new PerformanceObserver((list) => {
        for (const { sources } of list.getEntries() as unknown as { sources: Moved[] }[]) {
          for (const { node, previousRect, currentRect } of sources) {
            moved.push(`${node?.nodeName} from ${JSON.stringify(previousRect)} to ${JSON.stringify(currentRect)}`);
          }
        }
      }).observe({ type: "layout-shift" });
    });
    await route.continue();
  });
  await page.goto(admin.latchkey.url + PATH);
  await admin.ready();
  const moved = await page.evaluate(async () => {
    for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame);
    return (window as unknown as { moved: string[] }).moved;
  });
  expect(moved).toEqual([]);
});

test("a click on a button before the WebAssembly is there is not lost", async ({ admin }) => {
  const { page } = admin;
  const button = page.getByRole("button", { name: "More for Application 20" });
  await page.route("**/*.wasm", async (route) => {
    await button.click();
    await expect(button).toHaveAttribute("aria-busy", "true");
    await expect(page.locator("body")).not.toHaveAttribute("data-ready");
    await route.continue();
  });
  await page.goto(admin.latchkey.url + PATH);
  await expect(page.getByRole("menu")).toBeVisible();
});

for (const [name, title] of [
  ["New OAuth Application", "New OAuth Application"],
  ["Edit Application 20", "Edit Application 20"],
  ["Delete Application 20", "Delete Application 20?"],
]) {
  test(`${name} is a link, which works before the WebAssembly is there`, async ({ admin }) => {
    const { page } = admin;
    let isFirst = true;
    await page.route("**/*.wasm", async (route) => {
      // The first document never gets it.
      if (isFirst) isFirst = false;
      else await route.continue();
    });
    await page.goto(admin.latchkey.url + PATH, { waitUntil: "commit" });
    await page.getByRole("link", { name }).click();
    await expect(admin.dialog).toHaveAccessibleName(title);
  });
}
