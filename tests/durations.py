"""Name the tests that take long and are not marked ``slow``, so that ``make test`` stays quick."""

from collections.abc import Iterable

import pytest

SECONDS = 10.0
"""What a test may take that is not marked ``slow``; machines that do much else need more."""
ALLOWED = ("tests/browser/test_main_job.py",)
"""Modules whose tests ``make test`` runs although they take long: the main job in a browser."""


class Durations:
    """A plugin of pytest that adds such tests to the summary; it fails none.

    Set-up does not count: what several tests share is set up by the first of them.
    """

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write a line for each such test."""
        reports = [
            report
            for outcome in ("passed", "failed")
            for report in terminalreporter.stats.get(outcome, [])
        ]
        if long := unmarked(reports):
            terminalreporter.section(f"not marked slow, and longer than {SECONDS:g} s")
            for report in long:
                terminalreporter.line(f"{report.duration:.1f} s {report.nodeid}")


def unmarked(reports: Iterable[pytest.TestReport]) -> list[pytest.TestReport]:
    """Return the reports of tests that took longer than SECONDS without the mark, longest first."""
    long = [
        report
        for report in reports
        if report.when == "call"
        and report.duration > SECONDS
        and "slow" not in report.keywords
        and not report.nodeid.startswith(ALLOWED)
    ]
    return sorted(long, key=lambda report: report.duration, reverse=True)
