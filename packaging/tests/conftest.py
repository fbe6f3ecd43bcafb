"""The release archive, unpacked once for all tests of a run."""

import subprocess
from pathlib import Path

import pytest

from support import ROOT, run


@pytest.fixture(scope="session")
def archive() -> Path:
    archives = list((ROOT / "target/package").glob("latchkey-*-x86_64-linux.tar.gz"))
    assert len(archives) == 1, "run 'make package' first"
    return archives[0]


@pytest.fixture(scope="session")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["tar", "-xzf", str(archive), "-C", str(folder)], check=True)
    (top,) = folder.iterdir()
    return top


@pytest.fixture(scope="session")
def serve_help(unpacked: Path) -> str:
    return run([str(unpacked / "latchkey"), "serve", "--help"])
