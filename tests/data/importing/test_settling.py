"""What all rows decide, and what they leave open, with the readings spelt out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.datasets.store import Dataset, Store
from data.errors import BadInput
from data.home import Home
from data.importing.ingest import ingest
from data.importing.questions import Ambiguous
from data.importing.request import ImportRequest

Import = Callable[..., Dataset]


@pytest.fixture
def imported(tmp_path: Path) -> Import:
    """Import rows of time and price, with what a person says of them."""

    def run(rows: list[tuple[str, str]], **settings: Any) -> Dataset:
        log = tmp_path / "log.csv"
        lines = [f'{k % 5},{k % 3},{time},"{price}"' for k, (time, price) in enumerate(rows)]
        log.write_text("\n".join(["user,product,time,price", *lines]) + "\n")
        return ingest(Store(Home(tmp_path / "home")), ImportRequest([log], "log", **settings))

    return run


TIMES = [("01/02/2019 10:00", "5.00"), ("03/02/2019", "6.00"), ("04/02/2019 9:15", "7.50")]


def test_days_that_could_be_months_are_asked_for_with_an_example(imported: Import) -> None:
    with pytest.raises(Ambiguous, match="--time-format") as refusal:
        imported(TIMES)
    question = refusal.value.question
    assert question.about == "time"
    assert [reading.value for reading in question.readings] == ["day/month/year", "month/day/year"]
    assert [reading.words for reading in question.readings] == [
        "day/month/year: 01/02/2019 10:00 is 2019-02-01",
        "month/day/year: 01/02/2019 10:00 is 2019-01-02",
    ]


@pytest.mark.parametrize(
    ("order", "first"),
    [("day/month/year", "2019-02-01T10:00"), ("month/day/year", "2019-01-02T10:00")],
)
def test_the_order_alone_reads_times_of_several_forms(
    imported: Import, order: str, first: str
) -> None:
    summary = imported(TIMES, time_format=order).manifest.summary
    assert (summary["rows_kept"], summary["rows_rejected"]) == (3, 0)
    assert summary["first_event"].startswith(first)


def test_a_decimal_mark_that_nothing_settles_is_asked_for_with_an_example(
    imported: Import,
) -> None:
    with pytest.raises(Ambiguous, match="--decimal-mark") as refusal:
        imported([("2019-02-01", "1,299"), ("2019-02-02", "17"), ("2019-02-03", "2,450")])
    assert [(one.value, one.words) for one in refusal.value.question.readings] == [
        (".", "decimal point: 1,299 is 1299"),
        (",", "decimal comma: 1,299 is 1.299"),
    ]


def test_prices_with_both_decimal_marks_are_asked_about(imported: Import) -> None:
    rows = [("2019-02-01", "12,50"), ("2019-02-02", "12.50"), ("2019-02-03", "7.25")]
    with pytest.raises(Ambiguous, match="others count as missing") as refusal:
        imported(rows)
    assert [(one.value, one.words) for one in refusal.value.question.readings] == [
        (".", "decimal point: 12,50 is missing"),
        (",", "decimal comma: 12,50 is 12.50"),
    ]
    assert imported(rows, decimal_mark=".").manifest.summary["unreadable_prices"] == 1


def test_a_format_of_times_that_is_none_is_refused(imported: Import) -> None:
    with pytest.raises(BadInput, match="“%Q” is no format of times"):
        imported(TIMES, time_format="%Q")
