import AxeBuilder from "@axe-core/playwright";
import { mkdirSync } from "node:fs";
import { expect, Page } from "./fixtures";

const SCREENSHOTS = "screenshots";
const WIDTHS = [360, 768, 1440];

/** Checks the page in two themes and three widths, or those given: no axe-core findings, no sideways scrolling. Keeps screenshots. */
export async function look(page: Page, name: string, widths = WIDTHS): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(sideways, `${name} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `${SCREENSHOTS}/${name}-${width}-${scheme}.png` });
    }
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.html).join(" | ")}`), `${name} ${scheme}`).toEqual([]);
  }
}
