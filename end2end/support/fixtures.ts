import { test as base, expect, Locator, Page } from "@playwright/test";
import { Latchkey, PASSWORD } from "./latchkey";

export { expect, PASSWORD };
export type { Locator, Page };

/** The path of the OAuth Applications page. */
export const PATH = "/admin/settings/oauth-applications";

interface Fixtures {
  /** A running server with a host and a member. */
  latchkey: Latchkey;
  /** The OAuth Applications page, with the host signed in. */
  admin: AdminPage;
}

export const test = base.extend<Fixtures>({
  latchkey: async ({}, use) => {
    const latchkey = await Latchkey.start();
    latchkey.addMember("host@example.com", "Hanna Host", "host");
    latchkey.addMember("member@example.com", "Max Member", "member");
    await use(latchkey);
    await latchkey.dispose();
  },
  admin: async ({ page, latchkey }, use) => {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      // The browser logs refused or failed requests itself. Tests that cause one check the page.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) problems.push(message.text());
    });
    const admin = new AdminPage(page, latchkey);
    await admin.signIn();
    await use(admin);
    expect(problems, "errors in the browser").toEqual([]);
  },
});

/** Signs in through the page and waits until the browser has left it. */
export async function signIn(page: Page, latchkey: Latchkey, email: string, to = "/"): Promise<void> {
  await page.goto(`${latchkey.url}/sign-in?return_to=${encodeURIComponent(to)}`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/** What a host sees and does on the OAuth Applications page. */
export class AdminPage {
  constructor(
    readonly page: Page,
    readonly latchkey: Latchkey,
  ) {}

  async signIn(): Promise<void> {
    await signIn(this.page, this.latchkey, "host@example.com", PATH);
    await this.ready();
  }

  async open(path = ""): Promise<void> {
    await this.page.goto(`${this.latchkey.url}${PATH}${path}`);
    await this.ready();
  }

  /** Waits until the WebAssembly runs. */
  async ready(): Promise<void> {
    await expect(this.page.locator("body")).toHaveAttribute("data-ready", "", { timeout: 10_000 });
  }

  card(name: string): Locator {
    return this.page.getByRole("article", { name, exact: true });
  }

  get cards(): Locator {
    return this.page.getByRole("article");
  }

  /** Opens the menu of a card. */
  async menu(name: string): Promise<Locator> {
    await this.card(name).getByRole("button", { name: `More for ${name}` }).click();
    const menu = this.card(name).getByRole("menu");
    await expect(menu).toBeVisible();
    return menu;
  }

  /** Chooses an entry of the menu of a card. */
  async choose(name: string, entry: string): Promise<void> {
    await (await this.menu(name)).getByRole("menuitem", { name: entry, exact: true }).click();
  }

  get dialog(): Locator {
    return this.page.getByRole("dialog");
  }

  get toast(): Locator {
    return this.page.locator(".toast").last();
  }

  async openNew(): Promise<void> {
    await this.page.locator("#new-application").click();
    await expect(this.dialog).toBeVisible();
  }

  async fill(fields: { name?: string; uris?: string; scopes?: string[]; confidential?: boolean; skip?: boolean }): Promise<void> {
    if (fields.name !== undefined) await this.dialog.getByLabel("Application Name").fill(fields.name);
    if (fields.uris !== undefined) await this.dialog.getByLabel("Redirect URI").fill(fields.uris);
    for (const scope of fields.scopes ?? []) await this.dialog.getByRole("checkbox", { name: scope }).check();
    if (fields.confidential !== undefined) await this.dialog.getByLabel("Confidential client").setChecked(fields.confidential);
    if (fields.skip !== undefined) await this.dialog.getByLabel("Skip consent screen").setChecked(fields.skip);
  }

  async create(name: string, confidential = true): Promise<void> {
    await this.openNew();
    await this.fill({ name, uris: "https://myapp.com/oauth/callback", scopes: ["read:posts"], confidential });
    await this.dialog.getByRole("button", { name: "Create" }).click();
    await this.done(name);
  }

  /** Closes the panel that follows the creation of an application. */
  async done(name: string): Promise<void> {
    await expect(this.dialog).toHaveAccessibleName(`${name} is ready`);
    await this.dialog.getByRole("button", { name: "Done" }).click();
    await expect(this.dialog).toHaveCount(0);
    await expect(this.card(name)).toBeVisible();
  }

  clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }
}
