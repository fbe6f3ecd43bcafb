"""Metrics as Prometheus reads them, compared with docs/monitoring.md and docs/installing.md."""

import re
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from network import Postgres
from support import ROOT, Server, flags, run


@pytest.fixture(scope="module")
def families(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The metrics of a server after a few requests, on SQLite and on PostgreSQL."""
    shown = read_families(unpacked, tmp_path_factory.mktemp("metrics"), [])
    with Postgres() as postgres:
        database = ["--database", postgres.database("metrics")]
        shown |= read_families(unpacked, tmp_path_factory.mktemp("metrics"), database)
    return shown


def read_families(unpacked: Path, folder: Path, database: list[str]) -> dict:
    listen = ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]
    command = [str(unpacked / "latchkey"), "serve", "--demo", *listen, *database]
    with Server(command, folder, until="Metrics are at ") as server:
        url = server.said("Latchkey is at ")
        for path in ["/sign-in", "/nothing", "/oauth/authorize?client_id=none"]:
            requests.get(f"{url}{path}", timeout=10)
        answer = requests.get(server.said("Metrics are at "), timeout=10)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def test_prometheus_reads_them(families: dict) -> None:
    kinds = {family.type for family in families.values()}
    assert kinds == {"counter", "gauge", "histogram"}
    for family in families.values():
        assert family.documentation.endswith("."), family.name
        series = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in family.samples]
        assert series and len(series) == len(set(series)), family.name


def test_histograms_add_up(families: dict) -> None:
    histograms = [family for family in families.values() if family.type == "histogram"]
    assert histograms
    for family in histograms:
        by_route: dict = {}
        for sample in family.samples:
            part = by_route.setdefault(sample.labels.get("route"), {"buckets": []})
            if sample.name.endswith("_bucket"):
                part["buckets"].append((float(sample.labels["le"]), sample.value))
            else:
                part[sample.name.rsplit("_", 1)[1]] = sample.value
        for route, part in by_route.items():
            assert part["buckets"] == sorted(part["buckets"]), route
            counts = [count for _, count in part["buckets"]]
            assert counts == sorted(counts), route
            bound, last = part["buckets"][-1]
            assert bound == float("inf") and last == part["count"], route
            assert (part["sum"] > 0) == (part["count"] > 0), route


def test_the_table_in_the_docs_is_complete(families: dict) -> None:
    text = (ROOT / "docs/monitoring.md").read_text()
    documented = set(re.findall(r"^\| `((?:latchkey|process)_\w+)`", text, re.MULTILINE))
    exported = {name + "_total" if family.type == "counter" else name for name, family in families.items()}
    assert documented == exported


def test_the_rules_name_what_there_is(families: dict) -> None:
    text = (ROOT / "docs/monitoring.md").read_text()
    exported = {sample.name for family in families.values() for sample in family.samples}
    used = set(re.findall(r"\b(?:latchkey|process)_[a-z_]+\b", "".join(re.findall(r"expr: (.*)", text))))
    assert used and used <= exported, used - exported


@pytest.mark.parametrize("name", ["installing.md", "monitoring.md"])
def test_the_flags_and_files_in_the_docs_exist(name: str, unpacked: Path) -> None:
    text = (ROOT / "docs" / name).read_text()
    binary = str(unpacked / "latchkey")
    known = flags("".join(run([binary, *command, "--help"]) for command in ([], ["serve"], ["health"], ["doctor"])))
    named = flags(" ".join(re.findall(r"`(--[^`]*)`", text)) + " " + " ".join(re.findall(r"latchkey (?:serve|health|doctor).*", text)))
    assert named <= known, named - known
    for file in re.findall(r"packaging/[\w./-]*\w", text):
        assert (ROOT / file).exists(), file


def test_the_archive_is_checked_and_unpacked_as_the_docs_say(archive: Path, tmp_path: Path) -> None:
    text = (ROOT / "docs/installing.md").read_text()
    (commands,) = re.findall(r"<!-- run by packaging/tests -->\n```sh\n(.*?)```", text, re.DOTALL)
    for file in [archive, archive.parent / "SHA256SUMS"]:
        (tmp_path / file.name).symlink_to(file)
    run(["bash", "-euc", commands], cwd=tmp_path)
    assert len(list(tmp_path.glob("latchkey-*/latchkey"))) == 1
