"""What the quality report says of tables of products and buyers."""

from typing import Any

import pytest

from data.exploration.finding import Finding
from data.exploration.side_table_quality import side_table_findings


def table(**counts: int) -> dict[str, Any]:
    none = dict.fromkeys(("unmatched_in_log", "unmatched_in_table", "duplicates", "rejected"), 0)
    return {"file": "items.csv", "rows": 10, "matched": 10, **none, **counts}


def report(**tables: dict[str, Any]) -> dict[str, Finding]:
    return {finding.key: finding for finding in side_table_findings(tables)}


def test_a_table_with_a_row_for_every_id_is_good() -> None:
    entries = report(products=table(), buyers=table(unmatched_in_table=3))
    assert {key: entry.severity for key, entry in entries.items()} == {
        "unmatched_products": "good",
        "unmatched_buyers": "good",
    }


@pytest.mark.parametrize(("missing", "severity"), [(10, "notice"), (11, "warning")])
def test_products_without_a_row_are_counted(missing: int, severity: str) -> None:
    entry = report(products=table(unmatched_in_log=missing, unmatched_in_table=7))[
        "unmatched_products"
    ]
    assert entry.severity == severity
    assert entry.finding.startswith(f"{missing} of {missing + 10} products of the log (5")
    assert "It has 7 products that the log does not have." in entry.meaning


def test_few_buyers_are_described_in_most_logs() -> None:
    entry = report(buyers=table(unmatched_in_log=30))["unmatched_buyers"]
    assert (entry.severity, entry.finding) == (
        "notice",
        "30 of 40 buyers of the log (75.0%) are not in items.csv.",
    )


def test_rows_that_are_left_out_are_counted() -> None:
    entries = report(products=table(duplicates=2, rejected=1))
    assert entries["repeated_products"].finding == (
        "2 rows of items.csv repeat the id of an earlier row."
    )
    assert entries["repeated_products"].severity == "notice"
    assert report(products=table(duplicates=6))["repeated_products"].severity == "warning"
    assert entries["rejected_products"].finding.startswith("1 row of items.csv has no id")


def test_a_log_without_side_tables_reports_none() -> None:
    assert report() == {}
