import { Locator, Page } from "@playwright/test";

/** Where elements are, read in one frame: between two questions the page may scroll or arrange itself anew. */
export async function boxes(page: Page, ...locators: Locator[]): Promise<DOMRect[]> {
  const elements = await Promise.all(locators.map((locator) => locator.elementHandle()));
  return page.evaluate((all) => all.map((element) => (element as Element).getBoundingClientRect().toJSON()), elements);
}
