// From Allow to the final redirect of the application: through its callback, over other hosts, ports and schemes.
// Chromium checks a page's `form-action` against every redirect after its form.
import { Client } from "../support/client";
import { expect, Page, PASSWORD, signIn, test } from "../support/fixtures";
import { Sites } from "../support/callbacks";
import { Latchkey } from "../support/latchkey";

test.use({ ignoreHTTPSErrors: true });

const NATIVE = "com.example.app:/signed-in";

/** An application whose callback redirects over two more sites, and ends at `end` or at the last of them. */
async function application(sites: Sites, latchkey: Latchkey, scheme: "http" | "https", end?: string): Promise<[Client, string]> {
  const last = await sites.open("http", "localhost", end ? { "/next": (query) => `${end}?${query}` } : {});
  const second = await sites.open("http", "127.0.0.1", { "/next": (query) => `${last}/next?${query}` });
  const first = await sites.open(scheme, "localhost", { "/callback": (query) => `${second}/next?${query}` });
  const client = Client.at(`${first}/callback`, latchkey, "Far Away", ["read:posts"]);
  return [client, `${last}/next`];
}

/** The browser's reports about policy violations. */
function violations(page: Page): string[] {
  const found: string[] = [];
  page.on("console", (message) => {
    if (/Content Security Policy|form-action/i.test(message.text())) found.push(message.text());
  });
  return found;
}

/** Runs `press` and returns where the browser tried to go with a private-use scheme. */
async function handedOver(page: Page, press: () => Promise<unknown>): Promise<URL> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  const tried = new Promise<string>((found, failed) => {
    devtools.on("Network.requestWillBeSent", ({ request }) => request.url.startsWith("com.example.app:") && found(request.url));
    devtools.on("Network.loadingFailed", ({ blockedReason, errorText }) => blockedReason && failed(new Error(errorText)));
  });
  await press();
  return new URL(await tried);
}

test.describe("with and without JavaScript", () => {
  for (const javaScriptEnabled of [true, false]) {
    for (const scheme of ["http", "https"] as const) {
      test(`the browser arrives behind an ${scheme} callback, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async ({ browser, latchkey }) => {
        const sites = new Sites();
        const [client, end] = await application(sites, latchkey, scheme);
        const context = await browser.newContext({ javaScriptEnabled, ignoreHTTPSErrors: true });
        const page = await context.newPage();
        const violated = violations(page);
        // Sign-in, then Allow.
        await page.goto(client.link("read:posts"));
        await page.getByLabel("Email").fill("member@example.com");
        await page.getByLabel("Password").fill(PASSWORD);
        await page.getByRole("button", { name: "Sign in", exact: true }).click();
        await page.getByRole("button", { name: "Allow" }).click();
        await expect(page.getByRole("heading", { name: "Signed in" })).toBeVisible();
        const arrived = new URL(page.url());
        expect(arrived.origin + arrived.pathname).toBe(end);
        expect((await client.redeem(arrived.searchParams.get("code")!)).status).toBe(200);

        // The consent is remembered, so the sign-in form alone leads to the application.
        await context.clearCookies();
        await page.goto(client.link("read:posts"));
        await page.getByLabel("Email").fill("member@example.com");
        await page.getByLabel("Password").fill(PASSWORD);
        await page.getByRole("button", { name: "Sign in", exact: true }).click();
        await expect(page.getByRole("heading", { name: "Signed in" })).toBeVisible();
        expect(sites.visited.filter((address) => address === end)).toHaveLength(2);

        // Deny leads there too.
        await page.goto(client.link("read:posts", { prompt: "consent" }));
        await page.getByRole("button", { name: "Deny" }).click();
        await expect(page.getByRole("heading", { name: "Signed in" })).toBeVisible();
        expect(new URL(page.url()).searchParams.get("error")).toBe("access_denied");
        expect(violated).toEqual([]);
        await context.close();
        await sites.close();
      });
    }
  }
});

test("an installed app is handed the answer, straight or behind other sites", async ({ page, latchkey }) => {
  const sites = new Sites();
  const violated: string[][] = [];
  await signIn(page, latchkey, "member@example.com");
  const [behind] = await application(sites, latchkey, "https", NATIVE);
  const straight = Client.at(NATIVE, latchkey, "Right Here", ["read:posts"], "--public");
  const challenge = { code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256" };
  for (const [client, more] of [[behind, {}], [straight, challenge]] as const) {
    // A page that was left for an app takes no more clicks of Playwright: each case has its own.
    const tab = await page.context().newPage();
    violated.push(violations(tab));
    await tab.goto(client.link("read:posts", more));
    const address = await handedOver(tab, () => tab.getByRole("button", { name: "Allow" }).click());
    expect(address.searchParams.get("state")).toBe("xyz");
    expect(address.searchParams.get("code")).toBeTruthy();
  }
  expect(violated.flat()).toEqual([]);
  await sites.close();
});
