import { existsSync } from "node:fs";
import places from "./chromium.json";

/** The system's Chromium or Chrome. If undefined, Playwright uses its own download. */
export function chromium(): string | undefined {
  return [process.env.CHROMIUM, ...places].find((path) => path && existsSync(path));
}
