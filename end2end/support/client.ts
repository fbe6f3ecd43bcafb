import { expect, Page } from "./fixtures";
import { CreatedApplication, Latchkey } from "./latchkey";

/** The redirect URI of the application in these tests. Nothing listens there: the browser is stopped. */
export const CALLBACK = "http://localhost:5173/callback";

/** An application that sends people to authorize, as an integrator would write it. */
export class Client {
  constructor(
    readonly latchkey: Latchkey,
    readonly application: CreatedApplication,
    readonly redirectUri = CALLBACK,
  ) {}

  static register(latchkey: Latchkey, name: string, scopes: string[], ...flags: string[]): Client {
    return Client.at(CALLBACK, latchkey, name, scopes, ...flags);
  }

  /** The same for an application with another redirect URI. */
  static at(redirectUri: string, latchkey: Latchkey, name: string, scopes: string[], ...flags: string[]): Client {
    const application = JSON.parse(
      latchkey.cli([
        "app", "create", "--json", "--name", name, "--redirect-uri", redirectUri,
        ...scopes.flatMap((scope) => ["--scope", scope]), ...flags,
      ]),
    );
    return new Client(latchkey, application, redirectUri);
  }

  /** The authorization link. */
  link(scope: string, more: Record<string, string> = {}): string {
    const query = new URLSearchParams({
      response_type: "code",
      client_id: this.application.client_id,
      redirect_uri: this.redirectUri,
      scope,
      state: "xyz",
      ...more,
    });
    return `${this.latchkey.url}/oauth/authorize?${query}`;
  }

  /** Runs `press` and returns what the browser brought back to the application. */
  async comesBack(page: Page, press: () => Promise<unknown>): Promise<URLSearchParams> {
    await page.route(`${CALLBACK}**`, (route) => route.fulfill({ contentType: "text/html", body: "<title>back</title>" }));
    await press();
    await page.waitForURL((url) => url.origin === new URL(CALLBACK).origin);
    const back = new URL(page.url()).searchParams;
    expect(back.get("state")).toBe("xyz");
    return back;
  }

  /** A call of an endpoint with the application's credentials. */
  async post(path: string, form: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }> {
    const { client_id, client_secret } = this.application;
    const answer = await fetch(this.latchkey.url + path, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString("base64")}` },
      body: new URLSearchParams(form),
    });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : {} };
  }

  redeem(code: string): Promise<{ status: number; body: Record<string, unknown> }> {
    return this.post("/oauth/token", { grant_type: "authorization_code", code, redirect_uri: this.redirectUri });
  }

  /** The member who is signed in on `page` allows the application, which exchanges the code. */
  async connect(page: Page, scope: string): Promise<{ status: number; body: Record<string, unknown> }> {
    await page.goto(this.link(scope));
    const back = await this.comesBack(page, () => page.getByRole("button", { name: "Allow" }).click());
    return this.redeem(back.get("code")!);
  }

  async userinfo(token: unknown): Promise<Response> {
    return fetch(`${this.latchkey.url}/oauth/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  }
}
