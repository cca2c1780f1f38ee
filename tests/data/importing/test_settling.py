"""What all rows decide, and what they leave open, with the readings spelt out."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.ingest import ingest
from data.importing.questions import Ambiguous
from data.importing.request import ImportRequest
from tests.data.importing.makers import START, brief, csv

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


def types_of(dataset: Dataset) -> Counter[str]:
    return Counter(kind for (kind,) in brief(dataset, ("type",)))


@pytest.mark.parametrize(
    ("column", "codes", "expected"),
    [
        (  # the first rows alone would be numbers of another maker
            "behavior_type",
            (["1", "3"], ["2", "4"]),
            {"view": 1500, "cart": 1500, "favourite": 10, "purchase": 10},
        ),
        ("action_type", (["0"], ["2", "3"]), {"view": 3000, "purchase": 10, "favourite": 10}),
        ("is_booking", (["0"], ["1"]), {"view": 3000, "purchase": 20}),
        ("purchased", (["False"], ["True"]), {"view": 3000, "purchase": 20}),
    ],
)
def test_codes_that_the_first_rows_do_not_have_count(
    store: Store,
    tmp_path: Path,
    column: str,
    codes: tuple[list[str], list[str]],
    expected: dict[str, int],
) -> None:
    first, later = codes
    values = [*islice(cycle(first), 3000), *islice(cycle(later), 20)]
    rows = ((k % 7, k % 11, 1_572_566_400 + k, code) for k, code in enumerate(values))
    file = tmp_path / "log.csv"
    file.write_text(csv(("user_id", "item_id", "timestamp", column), rows))
    dataset = ingest(store, ImportRequest([file], "log"))
    assert types_of(dataset) == expected


def test_what_a_person_says_of_a_code_holds_beside_codes_of_later_rows(
    store: Store, tmp_path: Path
) -> None:
    codes = ["1"] * 3000 + ["2"] * 10 + ["6"]
    rows = ((k % 7, k % 11, 1_572_566_400 + k, code) for k, code in enumerate(codes))
    file = tmp_path / "log.csv"
    file.write_text(csv(("user_id", "item_id", "timestamp", "type"), rows))
    request = ImportRequest([file], "log", {"type": "type"}, types={"2": "purchase"})
    assert types_of(ingest(store, request)) == {"1": 3000, "purchase": 10, "6": 1}


def test_numbers_without_a_known_meaning_are_said(store: Store, tmp_path: Path) -> None:
    rows = ((k % 7, k % 11, 1_572_566_400 + k, 5 + k % 5) for k in range(50))
    file = tmp_path / "log.csv"
    file.write_text(csv(("user_id", "item_id", "timestamp", "event_type"), rows))
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert "--type" in understood["unsure"]["type"]


def test_two_columns_of_times_are_asked_about(store: Store, tmp_path: Path) -> None:
    moments = [START + timedelta(hours=k) for k in range(50)]
    rows = ((k % 7, k % 11, m, m + timedelta(days=9 + k)) for k, m in enumerate(moments))
    file = tmp_path / "log.csv"
    file.write_text(csv(("user_id", "item_id", "date_seen", "date_bought"), rows))
    with pytest.raises(BadInput, match=r"date_seen, date_bought; .* --map time=COLUMN"):
        ingest(store, ImportRequest([file], "log"))
    dataset = ingest(store, ImportRequest([file], "log", {"time": "date_seen"}))
    assert dataset.manifest.summary["first_event"].startswith("2019-11-20T09:30")


@pytest.mark.parametrize("other", [timedelta(minutes=3), None])
def test_a_column_beside_the_time_that_is_close_or_constant_is_said(
    store: Store, tmp_path: Path, other: timedelta | None
) -> None:
    moments = [START + timedelta(hours=k) for k in range(50)]
    rows = (
        (k % 7, k % 11, START if other is None else m + other, m) for k, m in enumerate(moments)
    )
    file = tmp_path / "log.csv"
    file.write_text(csv(("user_id", "item_id", "date_seen", "date_bought"), rows))
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert understood["roles"]["time"] == ("date_seen" if other else "date_bought")
    assert "time" in understood["unsure"]


def late(first: Callable[[int], str], then: Callable[[int], str]) -> str:
    """Return a log whose buyers are written in another way from row 2,000 on."""
    rows = (
        (first(k) if k < 2000 else then(k), k % 11, START + timedelta(minutes=k))
        for k in range(3000)
    )
    return csv(("user_id", "item_id", "time"), rows)


def test_blanks_for_a_buyer_are_missing_also_behind_the_first_rows(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(late(lambda k: f"u{k % 7}", lambda k: "  " if k % 10 == 0 else f"u{k % 7}"))
    summary = ingest(store, ImportRequest([file], "log")).manifest.summary
    assert summary["rejected_by_reason"] == {"user_missing": 100}


@pytest.mark.parametrize("letter", ["", "u"])
def test_ids_as_formulas_are_read_also_behind_the_first_rows(
    store: Store, tmp_path: Path, letter: str
) -> None:
    file = tmp_path / "log.csv"
    file.write_text(late(lambda k: f"{letter}{k % 7}", lambda k: f'="{letter}{k % 7}"'))
    dataset = ingest(store, ImportRequest([file], "log"))
    users = {str(user) for (user,) in brief(dataset, ("user",))}
    assert users == {f"{letter}{k}" for k in range(7)}


def test_long_ids_that_a_workbook_cannot_hold_are_refused(store: Store, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(("user_id", "item_id", "time"))
    for k in range(30):
        book.active.append((1515915625441993984 + k, k % 11, START + timedelta(hours=k)))
    book.save(tmp_path / "log.xlsx")
    with pytest.raises(BadInput, match="have lost digits"):
        ingest(store, ImportRequest([tmp_path / "log.xlsx"], "log"))


@pytest.mark.parametrize("text", ["1E+12", "4E+15", "1.23457E+11", "4,08E+12"])
@pytest.mark.parametrize("others", ["{k}00001", "A-{k}"])
@pytest.mark.parametrize("first", [0, 1500])
def test_ids_that_a_spreadsheet_has_cut_are_refused_also_behind_the_first_rows(
    text: str, others: str, first: int, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    ids = [text if k >= first and k % 5 == 0 else others.format(k=k) for k in range(2000)]
    file.write_text(
        "user_id;barcode;price\n" + "".join(f"{k % 9};{i};5\n" for k, i in enumerate(ids))
    )
    with pytest.raises(BadInput, match="have lost digits"):
        ingest(store, ImportRequest([file], "log"))


def test_a_round_number_of_r_is_an_id(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("user_id,product_id\n" + "1e+05,7\n100001,8\n" * 20)
    assert ingest(store, ImportRequest([file], "log")).manifest.summary["users"] == 2


@pytest.mark.slow
@pytest.mark.parametrize("mark", ["NULL", "nan", "None", "\\N", "N/A"])
@pytest.mark.parametrize("column", ["event_type", "category_code", "brand", "user_session"])
def test_a_missing_value_that_only_a_late_row_has_is_none_of_its_words(
    tmp_path: Path, column: str, mark: str
) -> None:
    names = ["user_id", "product_id", "event_time", "event_type"]
    names += ["category_code", "brand", "user_session"]
    texts = ["purchase", "home.cups", "acme"]
    rows = [
        [str(k % 7), str(k % 5), f"2019-11-{1 + k % 28:02d} 10:00:00", *texts, f"session-{k % 9}"]
        for k in range(3000)
    ]
    rows[-1][names.index(column)] = mark
    log = tmp_path / "log.csv"
    log.write_text("\n".join(map(",".join, [names, *rows])) + "\n")
    dataset = ingest(Store(Home(tmp_path / "home")), ImportRequest([log], "log"))
    role = {"event_type": "type", "category_code": "category", "user_session": "session"}
    name = role.get(column, column)
    with dataset.connect() as connection:
        ((last, others),) = connection.execute(
            f"SELECT max({name}) FILTER (row = 2999), count(DISTINCT {name}) FROM events"
        ).fetchall()
    assert (last, others) == (
        ("unknown", 2) if name == "type" else (None, 9 if name == "session" else 1)
    )
