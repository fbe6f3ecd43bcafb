"""The container files, as far as they can be checked without running them. test_image.py builds and runs the image."""

import re
from pathlib import Path

import pytest
import yaml

from support import flags, run, variables


@pytest.fixture
def dockerfile(unpacked: Path) -> str:
    return (unpacked / "packaging/Dockerfile").read_text()


@pytest.fixture
def compose(unpacked: Path) -> dict:
    return yaml.safe_load((unpacked / "packaging/compose.yaml").read_text())


def instruction(dockerfile: str, name: str) -> list[str]:
    joined = dockerfile.replace("\\\n", " ")
    return re.findall(rf"^{name} (.*)$", joined, re.MULTILINE)


def test_what_the_image_copies_is_in_the_archive(dockerfile: str, unpacked: Path) -> None:
    copies = instruction(dockerfile, "COPY")
    assert copies
    for copy in copies:
        *sources, _ = [word for word in copy.split() if not word.startswith("--")]
        for source in sources:
            assert (unpacked / source).exists(), copy


def test_the_image_has_no_shell_and_no_root(dockerfile: str) -> None:
    assert instruction(dockerfile, "FROM") == ["${BASE}"]
    (base,) = instruction(dockerfile, "ARG")
    assert base.startswith("BASE=gcr.io/distroless/") and base.endswith(":nonroot")
    assert instruction(dockerfile, "USER") == ["65532:65532"]
    assert not instruction(dockerfile, "RUN")
    for name in ["ENTRYPOINT", "CMD"]:
        (words,) = instruction(dockerfile, name)
        assert words.startswith("["), words
    (check,) = instruction(dockerfile, "HEALTHCHECK")
    assert check.endswith('CMD ["/usr/local/bin/latchkey", "health"]')


def test_the_commands_of_the_image_exist(dockerfile: str, unpacked: Path) -> None:
    known = run([str(unpacked / "latchkey"), "--help"])
    for command in ["serve", "health"]:
        assert f'"{command}"' in dockerfile
        assert re.search(rf"^  {command} ", known, re.MULTILINE), command


def test_the_settings_exist(dockerfile: str, compose: dict, serve_help: str) -> None:
    known = variables(serve_help)
    used = variables(dockerfile) | set(compose["services"]["latchkey"]["environment"])
    assert used and used <= known, used - known
    words = compose["services"]["latchkey"]["command"]
    assert flags(" ".join(words)) <= flags(serve_help)


def test_compose_fits_together(compose: dict, unpacked: Path) -> None:
    latchkey, proxy = compose["services"]["latchkey"], compose["services"]["proxy"]
    here = unpacked / "packaging"
    assert (here / latchkey["build"]["context"] / latchkey["build"]["dockerfile"]).is_file()
    # The proxy's address is the trusted one.
    trusted = latchkey["environment"]["LATCHKEY_TRUSTED_PROXIES"]
    assert proxy["networks"]["inside"]["ipv4_address"] == trusted
    # Only the proxy can be reached from outside.
    assert "ports" not in latchkey and proxy["ports"] == ["80:80", "443:443"]
    for service in (latchkey, proxy):
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (here / source).is_file(), volume
        for network in service["networks"]:
            assert network in compose["networks"]
    assert int(latchkey["stop_grace_period"].removesuffix("s")) > 10
    assert "reverse_proxy latchkey:3000" in (here / "Caddyfile").read_text()
