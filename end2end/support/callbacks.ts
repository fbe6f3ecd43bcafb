import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttp, RequestListener, Server } from "node:http";
import { createServer as createHttps } from "node:https";
import { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The sites of an application, which redirect the browser from one to the next, as real ones do. */
export class Sites {
  private servers: Server[] = [];
  /** The URLs that the browser requested, in order. */
  readonly visited: string[] = [];

  /** A site on its own port. It answers each path with a redirect, or with a page if there is none. */
  async open(scheme: "http" | "https", host: string, redirects: Record<string, (query: string) => string> = {}): Promise<string> {
    let origin = "";
    const answer: RequestListener = (request, response) => {
      const [path, query = ""] = request.url!.split("?");
      if (path === "/favicon.ico") return void response.writeHead(404).end();
      this.visited.push(origin + path);
      const next = redirects[path];
      if (next) response.writeHead(302, { location: next(query) }).end();
      else response.writeHead(200, { "content-type": "text/html" }).end("<title>Signed in</title><h1>Signed in</h1>");
    };
    const server = scheme === "https" ? createHttps(certificate(), answer) : createHttp(answer);
    this.servers.push(server);
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    origin = `${scheme}://${host}:${(server.address() as AddressInfo).port}`;
    return origin;
  }

  async close(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
  }
}

/** A self-signed certificate. The browser is configured to accept it. */
function certificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const made = spawnSync("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert,
  ]);
  if (made.status !== 0) throw new Error(`openssl: ${made.error ?? made.stderr}`);
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return pair;
}
