import { ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const PROGRAM = resolve(__dirname, "../../crates/testing/src/mail_server.py");

/** A mail that the server took. */
export interface TakenMail {
  to: string;
  raw: string;
}

/** A real mail server, the one of the integration tests. */
export class MailServer {
  readonly mails: TakenMail[] = [];

  private constructor(
    private readonly program: ChildProcess,
    readonly port: number,
  ) {}

  static async start(): Promise<MailServer> {
    const program = spawn("/usr/bin/python3", [PROGRAM], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: program.stdout! })[Symbol.asyncIterator]();
    const server = new MailServer(program, Number((await lines.next()).value));
    void (async () => {
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        if (line.value.startsWith("{")) server.mails.push(JSON.parse(line.value));
      }
    })();
    return server;
  }

  /** The flags of a server that sends its mails here. */
  get flags(): string[] {
    return ["--smtp", `smtp://127.0.0.1:${this.port}`, "--mail-from", "members@club.example"];
  }

  /** What it does from now on; see the program. */
  tell(command: string): void {
    this.program.stdin!.write(`${command}\n`);
  }

  dispose(): void {
    this.program.stdin!.end();
  }
}

/** The link in a mail. */
export function linkOf(mail: TakenMail): string {
  const text = mail.raw.replaceAll("=\r\n", "").replaceAll("=3D", "=");
  return text.match(/https?:\/\/\S+\?token=[\w-]{43}/)![0];
}
