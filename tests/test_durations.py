"""Tests that make ``make test`` slow are named, and only these."""

import pytest

from tests.conftest import ROOT
from tests.durations import ALLOWED, SECONDS, unmarked


def report(
    name: str, seconds: float, *marks: str, when: str = "call", outcome: str = "passed"
) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=name,
        location=("tests/test_it.py", 1, name),
        keywords=dict.fromkeys(marks, 1),
        outcome=outcome,  # type: ignore[arg-type]
        longrepr=None,
        when=when,  # type: ignore[arg-type]
        duration=seconds,
    )


def test_a_long_test_without_the_mark_is_named_the_longest_first() -> None:
    reports = [
        report("quick", SECONDS - 1),
        report("long", SECONDS + 1),
        report("marked", SECONDS + 1, "slow"),
        report("shared set-up", SECONDS + 1, when="setup"),
        report(f"{ALLOWED[0]}::test_it", SECONDS + 1),
        report("longest", SECONDS + 2, "browser", outcome="failed"),
    ]
    assert [found.nodeid for found in unmarked(reports)] == ["longest", "long"]


@pytest.mark.parametrize("module", ALLOWED)
def test_a_module_that_may_take_long_exists(module: str) -> None:
    assert (ROOT / module).is_file()
