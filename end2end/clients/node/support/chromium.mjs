import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { chromium } from "playwright-core";

/** @type {string[]} */
const PLACES = JSON.parse(readFileSync(resolve(import.meta.dirname, "../../../support/chromium.json"), "utf8"));

/** Starts the system's Chromium or Chrome, or Playwright's own download if there is none. */
export function startChromium() {
  const executablePath = [process.env.CHROMIUM, ...PLACES].find((path) => path && existsSync(path));
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"] });
}
