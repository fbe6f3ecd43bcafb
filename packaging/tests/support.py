"""Running the packaged binary."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The settings of the person who runs the tests must not affect the tests.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("LATCHKEY")}


def run(command: list[str], **options) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=60, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def flags(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def variables(text: str) -> set[str]:
    return set(re.findall(r"\bLATCHKEY_[A-Z_]+\b", text))


class Server:
    """A server that is killed at the end of `with`. The lines that it printed during its start are in `lines`."""

    def __init__(self, command: list[str], cwd: Path, until: str = "Latchkey is at ") -> None:
        self.process = subprocess.Popen(
            command, cwd=cwd, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )
        self.lines = []
        while not (self.lines and self.lines[-1].startswith(until)):
            line = self.process.stdout.readline()
            assert line, f"{command} ended: {self.lines}"
            self.lines.append(line.strip())

    def said(self, beginning: str) -> str:
        """The rest of the line with this prefix."""
        (line,) = [line for line in self.lines if line.startswith(beginning)]
        return line.removeprefix(beginning)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.communicate()
