import { Browser } from "@playwright/test";
import { AdminPage } from "./fixtures";

/** A line, as Chromium emulates it: milliseconds of a round trip, bytes per second. */
export interface Line {
  latency: number;
  downloadThroughput: number;
  uploadThroughput: number;
}

/** A slow 3G line. */
export const SLOW_3G: Line = { latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };

/** 1.6 Mbit/s. */
export const FAST_3G: Line = { latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };

/** A page of the same host over this line, on a quarter of this processor, with an empty cache. It is closed with its context. */
export async function onSlowLine(admin: AdminPage, browser: Browser, line: Line): Promise<AdminPage> {
  const context = await browser.newContext({ storageState: await admin.page.context().storageState() });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", { offline: false, ...line });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  return new AdminPage(page, admin.latchkey);
}
