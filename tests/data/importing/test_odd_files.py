"""Files that were joined, turned by spreadsheets, packed twice or lie beside others."""

import gzip
import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.ingest import ingest
from data.importing.preview import preview
from data.importing.request import ImportRequest
from tests.data.importing.makers import (
    Maker,
    brief,
    check,
    csv,
    event,
    jsonl,
    kind,
    ks,
    midnight,
    moment,
    price,
    product,
    stamp,
    user,
)

pytestmark = pytest.mark.slow

NAMES = ("user_id", "product_id", "event_time")
EVENTS = [event(user(k), product(k), moment(k)) for k in ks()]
LOG = csv(NAMES, ((user(k), product(k), moment(k)) for k in ks()))
MAKERS: dict[str, Maker] = {}


def timed(*texts: str) -> str:
    """Return a log whose times are written in several ways in turn."""
    return csv(NAMES, ((user(k), product(k), f"{moment(k):{texts[k % len(texts)]}}") for k in ks()))


for name, forms in {
    "slashes": ("%d/%m/%Y", "%m/%d/%Y"),
    "slashes and dashes": ("%d/%m/%Y %H:%M", "%m-%d-%Y %H:%M"),
    "points and slashes": ("%d.%m.%Y", "%m/%d/%Y"),
}.items():
    MAKERS[f"times of two orders, {name}"] = Maker(
        {"log.csv": timed(*forms)}, None, "--time-format.*rejected"
    )


def turned(text: str) -> Any:
    """Return a log that a spreadsheet read with the month first: text stays where it is none."""
    return csv(
        NAMES,
        (
            (
                *(user(k), product(k)),
                f"{moment(k):%Y-%d-%m}" if moment(k).day <= 12 else f"{moment(k):{text}}",
            )
            for k in ks()
        ),
    )


for text in ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"):
    MAKERS[f"days taken for months, {text}"] = Maker(
        {"log.csv": turned(text)}, None, "A spreadsheet has taken.*--time-format"
    )
for unit in (1_000, 1_000_000, 1_000_000_000):
    MAKERS[f"seconds beside numbers of {unit} times as many"] = Maker(
        {
            "log.csv": csv(
                NAMES,
                ((user(k), product(k), stamp(k) * (unit if k % 3 else 1)) for k in ks()),
            )
        },
        EVENTS,
    )

ITEMS = [(product(k), price(k)) for k in ks()]
TRACKED = [
    one
    for k in ks()
    for one in (
        [
            event(user(k), p, moment(k), type="purchase", price=paid)
            for p, paid in (ITEMS[k], (7, 1.5))
        ]
        if kind(k) == "purchase"
        else [event(user(k), product(k), moment(k), type=kind(k), price=price(k))]
    )
]


def tracked(k: int, outer: str, inner: str, names: tuple[str, str]) -> dict[str, Any]:
    """Return a view or cart with its product, or an order with a list of products."""
    one: dict[str, Any] = {"userId": user(k), "event": kind(k), "timestamp": str(moment(k))}
    view = dict(zip(names, ITEMS[k], strict=True))
    order = {inner: [view, dict(zip(names, (7, 1.5), strict=True))], "order_id": f"o{k}"}
    fields = order if kind(k) == "purchase" else view
    return one | ({outer: fields} if outer else fields)


for outer, inner, names in (
    ("properties", "products", ("product_id", "price")),
    ("", "items", ("item_id", "price")),
    ("data", "lines", ("sku", "price")),
):
    MAKERS[f"JSON: orders with a list {inner} beside views"] = Maker(
        {"log.jsonl": jsonl(tracked(k, outer, inner, names) for k in ks())}, TRACKED
    )
MAKERS["JSON: a product in an object of a list"] = Maker(
    {
        "log.jsonl": jsonl(
            {
                "visitorId": f"v{user(k)}",
                "eventTime": str(moment(k)),
                "productDetails": [{"product": {"id": f"p{product(k)}"}, "quantity": 2}],
            }
            for k in ks()
        )
    },
    [event(f"v{user(k)}", f"p{product(k)}", moment(k), quantity=2) for k in ks()],
)
MAKERS["JSON: ids two objects deep"] = Maker(
    {
        "dump.json": jsonl(
            {
                "_id": str(k),
                "_source": {
                    "user": {"id": user(k)},
                    "product": {"id": product(k), "name": "Mug"},
                    "@timestamp": str(moment(k)),
                },
            }
            for k in ks()
        )
    },
    EVENTS,
)
MAKERS["files joined, the columns in another order"] = Maker(
    {
        "log.csv": LOG
        + csv(
            ("product_id", "user_id", "event_time"),
            ((product(k), user(k), moment(k)) for k in ks()),
        )
    },
    None,
    "Line 92 of log.csv names the columns in another order",
)
MAKERS["gzip in gzip"] = Maker(
    {"log.csv.gz.gz": gzip.compress(gzip.compress(LOG.encode()))}, EVENTS
)
MAKERS["a delimiter behind the last name alone"] = Maker(
    {"log.csv": LOG.replace("event_time", "event_time,")}, EVENTS
)
MAKERS["rows of several lengths are no blanks"] = Maker(
    {
        "log.csv": "user_id,product_id,event_time,price,remark\n"
        + "".join(
            f"{user(k)},{product(k)},{moment(k)}" + (",9.5,ok" if k % 2 else "") + "\n"
            for k in ks()
        )
    },
    [one for k, one in enumerate(EVENTS) if k % 2],
    "--header-line",
)
for head in ("price (in cents)", "price_cents", "price (k EUR)", "amount_in_cents"):
    MAKERS[f"no price in whole units, {head}"] = Maker(
        {
            "log.csv": csv(
                (*NAMES, head), ((user(k), product(k), moment(k), 1250 + k) for k in ks())
            )
        },
        [one | {"price": None} for one in EVENTS],
    )
for sign in ("80p", "99¢", "75 ct"):
    MAKERS[f"hundredths beside whole units, {sign}"] = Maker(
        {
            "log.csv": csv(
                (*NAMES, "price"),
                ((user(k), product(k), moment(k), sign if k % 2 else "£12.50") for k in ks()),
            )
        },
        [one | {"price": None if k % 2 else 12.5} for k, one in enumerate(EVENTS)],
    )


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back_or_the_file_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)


def test_a_person_says_which_of_two_orders_is_read(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(timed("%d/%m/%Y", "%m/%d/%Y"))
    dataset = ingest(store, ImportRequest([file], "log", time_format="day/month/year"))
    summary = dataset.manifest.summary
    assert summary["rows_kept"] + summary["rows_rejected"] == len(EVENTS)
    assert "rows are rejected" in summary["understood"]["unsure"]["time"]


@pytest.mark.parametrize(
    "clock",
    [
        lambda t: f"1899-12-30 {t:%H:%M:%S}",
        lambda t: f"{(t.hour * 60 + t.minute) / 1440:.2f}",
        lambda t: str(100 * t.hour + t.minute),
    ],
)
def test_a_clock_that_is_not_read_is_said(
    store: Store, tmp_path: Path, clock: Callable[[datetime], str]
) -> None:
    file = tmp_path / "log.csv"
    rows = ((user(k), product(k), f"{moment(k):%Y-%m-%d}", clock(moment(k))) for k in ks())
    file.write_text(csv(("user_id", "product_id", "sale_date", "sale_time"), rows))
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert understood["roles"]["time"] == "sale_date"
    assert "sale_time may be the time of day" in understood["unsure"]["time"]


@pytest.mark.parametrize(
    ("names", "values", "unread"),
    [
        (("month",), lambda t: (f"{t:%Y-%m}",), "month"),
        (("Monat",), lambda t: (f"{t:%b-%y}",), "Monat"),
        (("ORDDAT",), lambda t: (f"1{t:%y%m%d}",), "ORDDAT"),
        (("year", "week"), lambda t: (f"{t:%G}", f"{t:%V}"), "year"),
    ],
)
def test_a_column_called_a_time_that_is_not_read_is_said(
    names: tuple[str, ...],
    values: Callable[[datetime], tuple[str, ...]],
    unread: str,
    store: Store,
    tmp_path: Path,
) -> None:
    file = tmp_path / "log.csv"
    rows = ((user(k), product(k), *values(moment(9 * k))) for k in ks())
    file.write_text(csv(("user_id", "product_id", *names), rows))
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert understood["time"] == "row order"
    assert understood["unsure"]["time"] == f"{unread} may be the time, and is not read"


@pytest.mark.parametrize(
    ("names", "values", "unread"),
    [
        (("hour", "minute"), lambda t: (t.hour, t.minute), "minute"),
        (("sec_of_day",), lambda t: (3600 * t.hour + 60 * t.minute,), "sec_of_day"),
        (("MinutesSinceMidnight",), lambda t: (60 * t.hour,), "MinutesSinceMidnight"),
    ],
)
def test_a_part_of_the_clock_that_is_not_read_is_said(
    names: tuple[str, ...],
    values: Callable[[datetime], tuple[int, ...]],
    unread: str,
    store: Store,
    tmp_path: Path,
) -> None:
    file = tmp_path / "log.csv"
    rows = ((user(k), product(k), f"{moment(k):%Y-%m-%d}", *values(moment(k))) for k in ks())
    file.write_text(csv(("user_id", "product_id", "date", *names), rows))
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert f"{unread} may be the time of day" in understood["unsure"]["time"]


def test_a_typing_error_is_a_reject_and_no_question(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(timed("%d/%m/%Y") + "1,2,12/31/2019\n")
    summary = ingest(store, ImportRequest([file], "log")).manifest.summary
    assert (summary["rows_kept"], summary["rows_rejected"]) == (90, 1)
    assert summary["first_event"].startswith(f"{midnight(0):%Y-%m-%d}")


def test_a_hidden_sheet_is_left_out_and_named(store: Store, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    rows = [[user(k), product(k), moment(k)] for k in ks()]
    for title, count in (("orders", 90), ("old", 30)):
        sheet = book.create_sheet(title)
        for row in [[*NAMES], *rows[:count]]:
            sheet.append(row)
    book["old"].sheet_state = "hidden"
    del book["Sheet"]
    content = BytesIO()
    book.save(content)
    file = tmp_path / "log.xlsx"
    file.write_bytes(content.getvalue())
    summary = ingest(store, ImportRequest([file], "log")).manifest.summary
    assert summary["rows_kept"] == 90
    assert summary["understood"]["skipped"] == {"log.xlsx/old": "The sheet is hidden."}
    named = ingest(store, ImportRequest([file], "old", sheet="old"))
    assert named.manifest.summary["rows_kept"] == 30


def test_documents_beside_the_parts_of_a_log_are_passed_over(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "part-0.csv").write_text(LOG)
    (folder / "LICENSE").write_text("MIT\n")
    (folder / "README.md").write_text("# A log\n")
    dataset = ingest(store, ImportRequest([folder], "log"))
    assert brief(dataset, ("user", "product", "time")) == sorted(
        (tuple(one.values()) for one in EVENTS), key=repr
    )
    assert set(dataset.manifest.summary["understood"]["skipped"]) == {
        "parts/LICENSE",
        "parts/README.md",
    }


@pytest.mark.parametrize("name", ["views.csv", "yoochoose-clicks.csv", "returns_2019.csv"])
def test_a_file_that_is_called_something_else_than_purchases_is_doubtful(
    store: Store, tmp_path: Path, name: str
) -> None:
    (tmp_path / "a").mkdir()
    other = csv(NAMES, [(1, 2, datetime(2019, 11, 1))])
    for file, text in (("purchases.csv", LOG), (name, other)):
        (tmp_path / "a" / file).write_text(text)
    understood = ingest(store, ImportRequest([tmp_path / "a"], "log")).manifest.summary[
        "understood"
    ]
    assert f"{name} is called" in understood["unsure"]["type"]


def test_the_preview_of_a_file_without_rows_says_so(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("user_id,product_id,event_time\n")
    shown = preview(ImportRequest([file], ""), tmp_path)
    assert shown is not None
    assert "no rows" in shown.understood["problem"]


@pytest.mark.parametrize("begins", ["import", "preview"])
def test_a_workbook_whose_sheet_is_damaged_is_refused(tmp_path: Path, begins: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [("user_id", "product_id"), *((f"u{k % 3}", f"p{k % 5}") for k in range(20))]:
        sheet.append(row)
    whole, file = tmp_path / "whole.xlsx", tmp_path / "log.xlsx"
    book.save(whole)
    with zipfile.ZipFile(whole) as read, zipfile.ZipFile(file, "w") as write:
        for name in read.namelist():
            content = read.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"<t>u1</t>", b"<t>&missing;</t>")
            write.writestr(name, content)
    with pytest.raises(BadInput, match=r"log\.xlsx is a damaged or locked workbook"):
        if begins == "import":
            ingest(Store(Home(tmp_path / "home")), ImportRequest([file], "log"))
        else:
            preview(ImportRequest([file], ""), tmp_path)
