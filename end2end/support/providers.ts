import { ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Latchkey } from "./latchkey";

const PROVIDERS = resolve(__dirname, "../providers");
const PYTHON = process.env.PROVIDERS_PYTHON ?? resolve(__dirname, "../../target/clients-venv/bin/python");

/** What a provider gave to the network that signs people in with it. */
export interface Credentials {
  client_id: string;
  client_secret: string;
}

/** A request that an endpoint of a provider got. */
export interface Seen {
  endpoint: string;
  query: Record<string, string>;
  form?: Record<string, string>;
  authorization?: string | null;
}

/** Where `latchkey` expects people back from the provider with this slug. */
export function callback(latchkey: Latchkey, slug: string): string {
  return `${latchkey.url}/sign-in/callback/${slug}`;
}

/** A program of `providers/`. It ends when this process does. */
class Program<Addresses extends { control: string }, Settings> {
  protected constructor(
    private readonly process: ChildProcess,
    readonly addresses: Addresses,
  ) {}

  protected static async run<Addresses>(command: string, ...args: string[]): Promise<[ChildProcess, Addresses]> {
    const program = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: program.stdout! })[Symbol.asyncIterator]();
    const line = await lines.next();
    if (line.done) throw new Error(`${command} ${args.join(" ")} did not start`);
    return [program, JSON.parse(line.value)];
  }

  /** Changes its settings; see `providers/README.md`. */
  async tell(change: Settings & { reset?: boolean }): Promise<void> {
    await this.control({ method: "POST", body: JSON.stringify(change) });
  }

  /** What was asked of an endpoint since the last reset. */
  async seen(endpoint: string): Promise<Seen[]> {
    const { requests } = await this.control({});
    return requests.filter((request) => request.endpoint === endpoint);
  }

  private async control(request: RequestInit): Promise<{ requests: Seen[] }> {
    const answer = await fetch(this.addresses.control, request);
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as { requests: Seen[] };
  }

  dispose(): void {
    this.process.stdin!.end();
  }
}

type Endpoint = "discovery" | "keys" | "authorization" | "token" | "userinfo";

export interface OpenIdSettings {
  clients?: (Credentials & { redirect_uris: string[] })[];
  accounts?: Record<string, { email?: string; email_verified?: boolean; name?: string; picture?: string }>;
  clock?: number;
  slow?: Partial<Record<Endpoint, number>>;
  silent?: Endpoint[];
  redirect?: Partial<Record<Endpoint, string>>;
  down?: boolean;
  lies?: {
    discovery?: Record<string, unknown>;
    id_token?: Record<string, unknown>;
    userinfo?: Record<string, unknown>;
    signed_by?: "stranger" | "none";
    iss?: string;
  };
  rotate?: boolean;
}

/** node-oidc-provider. */
export class OpenIdProvider extends Program<{ issuer: string; control: string }, OpenIdSettings> {
  static async start(settings: OpenIdSettings = {}): Promise<OpenIdProvider> {
    const main = join(PROVIDERS, "openid/main.mjs");
    return new OpenIdProvider(...(await this.run<{ issuer: string; control: string }>(process.execPath, main, JSON.stringify(settings))));
  }

  get issuer(): string {
    return this.addresses.issuer;
  }

  /** Registers `latchkey`, as its host does in the provider's settings. */
  async register(latchkey: Latchkey, slug: string): Promise<Credentials> {
    const credentials = { client_id: `latchkey-${latchkey.port}-${slug}`, client_secret: "a secret: of 100 % & more/" };
    await this.tell({ clients: [{ ...credentials, redirect_uris: [callback(latchkey, slug)] }] });
    return credentials;
  }

  /** Registers it, and adds the provider by the command line. */
  async addTo(latchkey: Latchkey, slug: string, name: string, ...flags: string[]): Promise<Credentials> {
    const credentials = await this.register(latchkey, slug);
    addProvider(latchkey, slug, name, credentials, "--issuer", this.issuer, ...flags);
    return credentials;
  }
}

interface PlainAddresses {
  authorization: string;
  token: string;
  userinfo: string;
  control: string;
}

interface PlainSettings {
  clients?: (Credentials & { redirect_uris: string[] })[];
  accounts?: Record<string, { uid: number | string; address: string | null; confirmed?: boolean; label?: string; avatar?: string }>;
  slow?: Record<string, number>;
  userinfo?: string;
}

/** Authlib's server with paths and an answer of its own. */
export class PlainProvider extends Program<PlainAddresses, PlainSettings> {
  /** Where its answer has what. */
  static readonly FIELDS = {
    id: "data.person.uid",
    email: "data.person.mail.0.address",
    email_verified: "data.person.mail.0.confirmed",
    name: "data.person.label",
    picture: "data.person.avatar",
  };

  static async start(settings: PlainSettings = {}): Promise<PlainProvider> {
    return new PlainProvider(...(await this.run<PlainAddresses>(PYTHON, join(PROVIDERS, "plain/main.py"), JSON.stringify(settings))));
  }

  async register(latchkey: Latchkey, slug: string): Promise<Credentials> {
    const credentials = { client_id: `latchkey-${latchkey.port}-${slug}`, client_secret: "plain secret" };
    await this.tell({ clients: [{ ...credentials, redirect_uris: [callback(latchkey, slug)] }] });
    return credentials;
  }

  async addTo(latchkey: Latchkey, slug: string, name: string, ...flags: string[]): Promise<Credentials> {
    const credentials = await this.register(latchkey, slug);
    const { authorization, token, userinfo } = this.addresses;
    const { id, email, email_verified, name: label, picture } = PlainProvider.FIELDS;
    addProvider(
      latchkey, slug, name, credentials,
      "--authorization", authorization, "--token", token, "--userinfo", userinfo, "--credentials-in-body", "--scopes", "people",
      "--field-id", id, "--field-email", email, "--field-email-verified", email_verified, "--field-name", label, "--field-picture", picture,
      ...flags,
    );
    return credentials;
  }
}

/** Another Latchkey as provider, at another name of this machine: cookies do not tell ports apart. */
export class LatchkeyProvider {
  private constructor(readonly latchkey: Latchkey) {}

  static async start(): Promise<LatchkeyProvider> {
    return new LatchkeyProvider(await Latchkey.startAt("127.0.0.1"));
  }

  get issuer(): string {
    return this.latchkey.url;
  }

  /** Creates the application that `latchkey` is there. */
  register(latchkey: Latchkey, slug: string): Credentials {
    const created = this.latchkey.cli([
      "app", "create", "--json", "--name", "The other network", "--redirect-uri", callback(latchkey, slug),
      "--scope", "openid", "--scope", "profile", "--scope", "email",
    ]);
    const { client_id, client_secret } = JSON.parse(created);
    return { client_id, client_secret };
  }

  addTo(latchkey: Latchkey, slug: string, name: string, ...flags: string[]): Credentials {
    const credentials = this.register(latchkey, slug);
    addProvider(latchkey, slug, name, credentials, "--issuer", this.issuer, ...flags);
    return credentials;
  }

  dispose(): Promise<void> {
    return this.latchkey.dispose();
  }
}

/** Adds a provider by the command line. */
export function addProvider(latchkey: Latchkey, slug: string, name: string, credentials: Credentials, ...flags: string[]): void {
  const secret = join(latchkey.directory, `${slug}.secret`);
  writeFileSync(secret, credentials.client_secret, { mode: 0o600 });
  latchkey.cli([
    "provider", "add", "--slug", slug, "--name", name, "--client-id", credentials.client_id, "--client-secret-file", secret, ...flags,
  ]);
}
