"""For the tests of programs: a second person, and a program's log beside the failure of its test."""

from collections.abc import Callable, Iterator

import pytest

from support.latchkey import Latchkey
from support.person import Person
from support.program import Program


@pytest.fixture(scope="session")
def host(latchkey: Latchkey) -> Person:
    return Person(latchkey.issuer, "host@demo.example")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    report = yield
    if report.failed:
        for value in item.funcargs.values():
            if isinstance(value, Program):
                report.sections.append(("log of the program", value.log()))
    return report
