import { existsSync } from "node:fs";
import puppeteer, { Browser, Page } from "puppeteer-core";
import { expect, PASSWORD, test as base } from "./fixtures";
import { Latchkey } from "./latchkey";

const CANDIDATES = [process.env.FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"];

/** The system's Firefox. Playwright drives only its own build, which no package provides; Puppeteer drives this one. */
const FIREFOX = CANDIDATES.find((path) => path && existsSync(path));

interface Fixtures {
  /** A page in Firefox. */
  firefox: Page;
}

export const test = base.extend<Fixtures>({
  firefox: async ({}, use) => {
    base.skip(!FIREFOX, "Firefox is not installed");
    const browser: Browser = await puppeteer.launch({ browser: "firefox", executablePath: FIREFOX, headless: true, acceptInsecureCerts: true });
    await use(await browser.newPage());
    await browser.close();
  },
});

/** Fills in the sign-in page and submits it. */
export async function signInHere(page: Page, email: string): Promise<void> {
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(PASSWORD);
  await press(page, "Sign in");
}

/** Presses the button with this label. */
export async function press(page: Page, words: string): Promise<void> {
  await page.locator(`::-p-aria([name="${words}"][role="button"])`).click();
}

/** Waits until the page's text contains `words`. */
export async function sees(page: Page, words: string | RegExp): Promise<void> {
  const text = () => page.evaluate(() => document.body?.innerText ?? "").catch(() => "");
  await expect.poll(text, { timeout: 10_000 }).toMatch(words);
}

export { expect };
export type { Page };
