"""A real SMTP server for tests (aiosmtpd), told what to do line by line on standard input.

First it prints its port. Each mail that it took is printed as a line of JSON: {"to": …, "raw": …}. Commands:
  accept      take every mail (as at the start)
  refuse      refuse every recipient for good (550)
  greylist    refuse the first attempt for each recipient for now (450), take the second
  busy        refuse every recipient for now (450)
  hang        answer nothing more in the conversations that begin
  slow MS     wait before a mail is taken
It ends with its input. Environment: MODE is plain, starttls or tls; CERTIFICATE and KEY are files; PASSWORD wants a sign-in as
`latchkey`; PORT is one that was free before.
"""
import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    mode = "accept"
    pause = 0.0
    seen = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode == "hang":
            await asyncio.sleep(3600)
        if self.mode == "refuse":
            return "550 5.1.1 No such mailbox"
        if self.mode == "busy":
            return "450 4.2.1 Mailbox busy"
        if self.mode == "greylist" and address not in self.seen:
            self.seen.add(address)
            return "450 4.2.0 Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.pause:
            await asyncio.sleep(self.pause)
        text = envelope.content.decode("utf-8", "surrogateescape")
        print(json.dumps({"to": envelope.rcpt_tos[0], "raw": text}), flush=True)
        return "250 2.0.0 Ok: queued as TEST"


def authenticate(server, session, envelope, mechanism, data):
    is_right = getattr(data, "password", b"").decode() == os.environ.get("PASSWORD")
    # Not handled: the library answers.
    return AuthResult(success=is_right and data.login == b"latchkey", handled=False)


async def main():
    handler, mode = Handler(), os.environ.get("MODE", "plain")
    context = None
    if mode != "plain":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.environ["CERTIFICATE"], os.environ["KEY"])
    wants_password = "PASSWORD" in os.environ

    def conversation():
        return SMTP(
            handler,
            enable_SMTPUTF8=True,
            require_starttls=mode == "starttls",
            tls_context=context if mode == "starttls" else None,
            authenticator=authenticate if wants_password else None,
            auth_required=wants_password,
            auth_require_tls=False,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        conversation, "127.0.0.1", int(os.environ.get("PORT", "0")), ssl=context if mode == "tls" else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().split():
        if line[0] == "slow":
            handler.pause = int(line[1]) / 1000
        else:
            handler.mode = line[0]
        print("done", flush=True)


asyncio.run(main())
