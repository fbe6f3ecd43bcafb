"""A real program, run as its users run it."""

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import requests

from support.latchkey import ROOT

# How long a program may take to start, and to stop.
START, STOP = 90, 20


class Program:
    """A program from its own environment, with its own folder and port."""

    def __init__(self, name: str, npm: bool = False) -> None:
        environment = ROOT / "target/programs" / name
        self._commands = environment / ("node_modules/.bin" if npm else "bin")
        # Packages of npm are found from a folder below theirs.
        self._temporary = tempfile.TemporaryDirectory(prefix=f"{name}-", dir=environment if npm else None)
        self.folder = Path(self._temporary.name)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen | None = None

    def run(self, command: str, *arguments: str, **variables: str) -> None:
        """Runs a command to its end."""
        status = self._spawn(command, arguments, **variables).wait(START)
        assert status == 0, f"{command} ended with {status}:\n{self.log()}"

    def start(self, command: str, *arguments: str, ready: str, **variables: str) -> None:
        """Starts the program, and waits until the page `ready` answers."""
        self._process = self._spawn(command, arguments, **variables)
        deadline = time.monotonic() + START
        while not self._answers(ready):
            assert self._process.poll() is None, f"{command} ended:\n{self.log()}"
            assert time.monotonic() < deadline, f"{command} did not answer within {START} seconds:\n{self.log()}"
            time.sleep(0.1)

    def _spawn(self, command: str, arguments: tuple[str, ...], **variables: str) -> subprocess.Popen:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [self._commands / command, *arguments],
                cwd=self.folder,
                # The settings of the person who runs the tests must not affect the tests.
                env={"PATH": f"{self._commands}:{os.environ['PATH']}", "HOME": str(self.folder), **variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _answers(self, page: str) -> bool:
        try:
            return requests.get(f"{self.address}{page}", timeout=5).ok
        except requests.RequestException:
            return False

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(STOP)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._temporary.cleanup()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
