// The compressed size of everything on the first load of the page.
import { expect, PATH, test } from "../support/fixtures";

const BUDGET = 282_500;

test("the first load of the page stays within its budget", async ({ admin, latchkey }) => {
  for (let number = 1; number <= 20; number++) latchkey.addApplication(`Application ${number}`);
  const fresh = await admin.page.context().newPage();
  const devtools = await fresh.context().newCDPSession(fresh);
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
  const sizes = new Map<string, number>();
  const addresses = new Map<string, string>();
  devtools.on("Network.requestWillBeSent", ({ requestId, request }) => addresses.set(requestId, request.url));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const path = new URL(addresses.get(requestId) ?? "http://unknown/").pathname;
    sizes.set(path, (sizes.get(path) ?? 0) + encodedDataLength);
  });
  await fresh.goto(latchkey.url + PATH);
  await expect(fresh.locator("body")).toHaveAttribute("data-ready", "", { timeout: 10_000 });
  await fresh.waitForLoadState("networkidle");
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  for (const [path, size] of sizes) console.log(`${String(size).padStart(8)} ${path}`);
  console.log(`${String(total).padStart(8)} in all`);
  expect([...sizes.keys()].some((path) => path.endsWith(".wasm"))).toBe(true);
  expect(total).toBeLessThanOrEqual(BUDGET);
});
