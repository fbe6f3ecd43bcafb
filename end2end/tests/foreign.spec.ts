// Foreign input: cookies of other applications on the same host, emails as people write them, and browsers that keep no
// cookies.
import { AddressInfo, createServer } from "node:net";
import { expect, Page, PASSWORD, signIn, test } from "../support/fixtures";

/** Visits an application on another port of the same host, which sets cookies. Raw bytes, as servers send them. */
async function visitNeighbour(page: Page, cookies: string[]): Promise<void> {
  const neighbour = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      const lines = cookies.map((cookie) => `Set-Cookie: ${cookie}; Path=/\r\n`).join("");
      socket.end(`HTTP/1.1 200 OK\r\n${lines}Content-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi`);
    });
  });
  await new Promise<void>((ready) => neighbour.listen(0, "127.0.0.1", ready));
  await page.goto(`http://localhost:${(neighbour.address() as AddressInfo).port}/`);
  await new Promise((closed) => neighbour.close(closed));
}

async function typeIn(page: Page, email: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/**
 * Removes the cookies from all answers of the server. Playwright's own requests would keep them. End it with
 * `unrouteAll`: a request in progress when the server stops is not a failure.
 */
async function withoutCookies(page: Page): Promise<void> {
  await page.route("**/*", async (route) => {
    const request = route.request();
    const asked = Object.entries(await request.allHeaders());
    const answer = await fetch(request.url(), {
      method: request.method(),
      headers: asked.filter(([name]) => !/^(:.*|host|connection|content-length|accept-encoding)$/.test(name)),
      body: request.postData() ?? undefined,
      redirect: "manual",
    });
    const headers: Record<string, string> = {};
    answer.headers.forEach((value, name) => name !== "set-cookie" && (headers[name] = value));
    await route.fulfill({ status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer()) });
  });
}

test("cookies of other applications on the host are passed over", async ({ page, latchkey }) => {
  await visitNeighbour(page, ["visitor=Zoë", "quoted=\"a b\"", "名=値", "latchkey_session_old=x"]);
  await signIn(page, latchkey, "member@example.com", "/account/sessions");
  await expect(page.getByText("This session")).toBeVisible();
  // A cookie that arrives while a member is signed in.
  await visitNeighbour(page, ["other=Ärger", "empty="]);
  await page.goto(`${latchkey.url}/account/sessions`);
  await expect(page.getByText("This session")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveTitle(/Sign in/);
});

test("cookies of other applications do not end a try of an application", async ({ page, latchkey }) => {
  latchkey.addApplication("Tried");
  await visitNeighbour(page, ["visitor=Zoë"]);
  await signIn(page, latchkey, "host@example.com", "/admin/headless-api/explorer");
  await page.getByRole("button", { name: "Get a token" }).click();
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.locator("#explorer")).toBeVisible();
});

for (const [added, typed] of [
  ["ada@bücher.example", ["ada@bücher.example", "ada@xn--bcher-kva.example", "ADA@BÜCHER.example", "ada@bu\u0308cher.example"]],
  ["jürgen@example.com", ["jürgen@example.com", "ju\u0308rgen@example.com", "JÜRGEN@example.com"]],
] as const) {
  test(`a member with the email ${added} signs in, however it is written`, async ({ page, latchkey }) => {
    latchkey.addMember(added, "Somebody", "member");
    for (const email of typed) {
      await page.goto(`${latchkey.url}/sign-in`);
      await typeIn(page, email);
      await page.waitForURL((url) => url.pathname !== "/sign-in");
      await page.getByRole("button", { name: "Sign out" }).click();
      await expect(page).toHaveTitle(/Sign in/);
    }
  });
}

test("a browser that keeps no cookie is told so", async ({ page, latchkey }) => {
  await withoutCookies(page);
  await page.goto(`${latchkey.url}/sign-in?return_to=/account/sessions`);
  await typeIn(page, "member@example.com");
  await expect(page.getByRole("main")).toContainText(/cookie/i);
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("a page of an https site that was opened over http says why nobody gets in", async ({ page, latchkey }) => {
  await latchkey.down();
  await latchkey.up("--public-url", `https://localhost:${latchkey.port}`);
  // Chromium treats this host as secure and keeps the cookie; over the network it would not.
  await withoutCookies(page);
  await page.goto(`${latchkey.url}/sign-in?return_to=/account/sessions`);
  await expect(page.locator("body")).toContainText(`https://localhost:${latchkey.port}`);
  await page.unrouteAll({ behavior: "ignoreErrors" });
});
