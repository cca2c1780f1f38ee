"""A log of known events, written in a random dialect: the same events come back, or a refusal."""

import bz2
import csv
import gzip
import io
import json
import lzma
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.data.importing.makers import brief

HEADERS = {
    "cp1252": (
        ("user_id", "product_id", "event_time", "price", "event_type"),
        ("visitorid", "itemid", "timestamp", "price", "event"),
        ("Customer ID", "StockCode", "InvoiceDate", "UnitPrice", "Action"),
        ("reviewerID", "asin", "unixReviewTime", "Price", "behavior_type"),
        ("Kunden-Nr.", "Artikel-Nr.", "Bestelldatum", "Einzelpreis", "Ereignis"),
        ("Código do cliente", "Código do produto", "Data da compra", "Preço", "Evento"),
        ("N° client", "Référence produit", "Date d'achat", "Prix unitaire", "Évènement"),
    ),
    "cp1251": (("ID клиента", "Артикул", "Дата заказа", "Цена", "Событие"),),
    "gb18030": (("用户ID", "商品ID", "时间", "单价", "行为类型"),),
    "shift_jis": (("会員ID", "商品コード", "購入日時", "単価", "イベント"),),
}
WORDS = {
    "cp1252": ("año", "Téléphonie", "plain"),
    "cp1251": ("Бытовая техника", "Книги для детей", "Одежда"),
    "gb18030": ("手机", "数码相机", "电脑"),
    "shift_jis": ("携帯電話", "カメラ", "本"),
}
ENCODINGS = {
    name: (name, "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be") for name in HEADERS
}
TYPES = (
    {"view": "view", "cart": "cart", "purchase": "purchase"},
    {"view": "View", "cart": "Add to cart", "purchase": "Purchase"},
    {"view": "pv", "cart": "cart", "purchase": "buy"},
    {"view": "view_item", "cart": "add_to_cart", "purchase": "purchase"},
    {"view": "Product Viewed", "cart": "Product Added", "purchase": "Order Completed"},
    {"view": "view", "cart": "addtocart", "purchase": "transaction"},
)


def _seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


TIMES: dict[str, Callable[[datetime], str]] = {
    "ISO": lambda t: f"{t:%Y-%m-%d %H:%M:%S}",
    "ISO, T": lambda t: f"{t:%Y-%m-%dT%H:%M:%SZ}",
    "ISO, zone": lambda t: f"{t + timedelta(hours=1):%Y-%m-%d %H:%M:%S} +0100",
    "ISO, basic": lambda t: f"{t:%Y%m%dT%H%M%S}",
    "slashes": lambda t: f"{t:%Y/%m/%d %H:%M:%S}",
    "day first": lambda t: f"{t:%d/%m/%Y %H:%M:%S}",
    "day first, points": lambda t: f"{t:%d.%m.%Y %H:%M:%S}",
    "month first": lambda t: f"{t.month}/{t.day}/{t.year} {t.hour}:{t:%M:%S}",
    "AM": lambda t: f"{t:%m/%d/%Y %I:%M:%S %p}",
    "two digits": lambda t: f"{t:%d/%m/%y %H:%M:%S}",
    "names": lambda t: f"{t:%d-%b-%Y %H:%M:%S}",
    "names first": lambda t: f"{t:%b %d, %Y %I:%M:%S %p}",
    "RFC 2822": lambda t: f"{t:%a, %d %b %Y %H:%M:%S} +0000",
    "Chinese": lambda t: f"{t.year}年{t.month}月{t.day}日 {t:%H:%M:%S}",
    "compact": lambda t: f"{t:%Y%m%d%H%M%S}",
    "s": lambda t: f"{_seconds(t)}",
    "s, as a float": lambda t: f"{_seconds(t)}.0",
    "ms": lambda t: f"{_seconds(t)}000",
    "us": lambda t: f"{_seconds(t)}000000",
    "ns": lambda t: f"{_seconds(t)}000000000",
    "days": lambda t: f"{_seconds(t) / 86400 + 25569:.8f}",
}
PRICES: dict[str, Callable[[float], str]] = {
    "plain": lambda p: f"{p:.2f}",
    "shortest": lambda p: f"{p:g}",
    "dollars": lambda p: f"${p:,.2f}",
    "code": lambda p: f"{p:,.2f} USD",
    "decimal comma": lambda p: f"{p:.2f}".replace(".", ","),
    "euros": lambda p: (
        f"{p:,.2f} €".replace(",", " ").replace(".", ",").replace(" ", ".", 1)
        if p >= 1000
        else f"{p:.2f} €".replace(".", ",")
    ),
    "blanks": lambda p: f"{p:,.2f}".replace(",", "\u00a0").replace(".", ","),
    "Swiss": lambda p: f"CHF {p:,.2f}".replace(",", "'"),
}
MISSING = ("", "NA", "NULL", "-", "n/a", "nan", "(not set)", "None")
IDS: dict[str, Callable[[int], str]] = {
    "numbers": lambda k: str(17850 + k),
    "as floats": lambda k: f"{17850 + k}.0",
    "padded": lambda k: f"{k:08d}",
    "19 digits": lambda k: str(9_007_199_254_740_993_000 + k),
    "text": lambda k: f"A{k:x}-ß" if k % 2 else f"b {k}",
    "uuid": lambda k: f"5dbc0000-{k:04x}-4e99-8624-000000000000",
}


@dataclass(frozen=True)
class Dialect:
    """How a log is written."""

    seed: int
    rows: int
    language: str
    header: int
    encoding: str
    delimiter: str
    quoting: int
    line_end: str
    time: str
    price: str
    types: int
    user: str
    product: str
    missing: str
    before: str
    after: str
    index: bool
    trailing: bool
    blanks: bool
    container: str


def dialects() -> st.SearchStrategy[Dialect]:
    return st.sampled_from(sorted(HEADERS)).flatmap(
        lambda language: st.builds(
            Dialect,
            seed=st.integers(0, 10**6),
            rows=st.sampled_from([25, 40, 60]),
            language=st.just(language),
            header=st.integers(-1, len(HEADERS[language]) - 1),
            encoding=st.sampled_from(ENCODINGS[language]),
            delimiter=st.sampled_from([",", ";", "\t", "|", "::"]),
            quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
            line_end=st.sampled_from(["\n", "\r\n", "\r"]),
            time=st.sampled_from(sorted(TIMES)),
            price=st.sampled_from(sorted(PRICES)),
            types=st.integers(0, len(TYPES) - 1),
            user=st.sampled_from(sorted(IDS)),
            product=st.sampled_from(sorted(IDS)),
            missing=st.sampled_from(MISSING),
            before=st.sampled_from(["", "sep", "# comment", "title", "blank"]),
            after=st.sampled_from(["", "total", "blank", "note"]),
            index=st.booleans(),
            trailing=st.booleans(),
            blanks=st.booleans(),
            container=st.sampled_from(
                ["text"] * 6 + ["gzip", "bzip2", "xz", "jsonl", "array", "parquet", "xlsx", "parts"]
            ),
        )
    )


def events(dialect: Dialect) -> list[dict[str, Any]]:
    """Return the events of a log; some have no price."""
    source = random.Random(dialect.seed)
    start = datetime(2019, 1, 1) + timedelta(seconds=source.randrange(10**8))
    step = source.choice([60, 3_607, 90_001])
    found = []
    for k in range(dialect.rows):
        price = round(source.choice([source.uniform(0.5, 90), source.uniform(1000, 3000)]), 2)
        found.append(
            {
                "user": source.randrange(1, 9),
                "product": source.randrange(20, 42),
                "time": start + timedelta(seconds=step * k),
                "price": None if source.random() < 0.1 else price,
                "type": source.choice(["view", "cart", "purchase"]),
            }
        )
    found[0] |= {"type": "purchase"}
    found[1] |= {"type": "view"}
    return found


def written(dialect: Dialect) -> tuple[list[str] | None, list[list[str]]]:
    """Return the header of a log and its rows."""
    words = WORDS[dialect.language]
    rows = [
        [
            IDS[dialect.user](event["user"]),
            IDS[dialect.product](event["product"]),
            TIMES[dialect.time](event["time"]),
            dialect.missing if event["price"] is None else PRICES[dialect.price](event["price"]),
            TYPES[dialect.types][event["type"]],
            words[event["product"] % len(words)],
        ]
        for event in events(dialect)
    ]
    header = None
    if dialect.header >= 0 or dialect.container in ("jsonl", "array", "parquet", "xlsx"):
        header = [*HEADERS[dialect.language][max(dialect.header, 0)], "remark"]
    if dialect.index and header:
        header = ["", *header]
        rows = [[str(k), *row] for k, row in enumerate(rows)]
    return header, rows


def text(dialect: Dialect, header: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> bytes:
    """Return a log as delimited text."""
    lines = [*([header] if header else []), *rows]
    if dialect.delimiter == "::" or dialect.blanks:
        gap = " " if dialect.blanks and dialect.delimiter != "::" else ""
        body = "".join((dialect.delimiter + gap).join(line) + "\n" for line in lines)
        if any(dialect.delimiter in field for line in lines for field in line):
            body = ""
    else:
        body = ""
    if not body:
        buffer = io.StringIO()
        delimiter = dialect.delimiter if len(dialect.delimiter) == 1 else ","
        writer = csv.writer(
            buffer,
            delimiter=delimiter,
            quoting=dialect.quoting,  # type: ignore[arg-type]
            lineterminator="\n",
        )
        writer.writerows([*line, *([""] if dialect.trailing else [])] for line in lines)
        body = buffer.getvalue()
    width = len(rows[0])
    delimiter = dialect.delimiter if len(dialect.delimiter) == 1 else ","
    before = {
        "sep": f"sep={delimiter}\n" if dialect.delimiter != "::" else "",
        "# comment": "# All data\n# 2019\n",
        "title": "Sales report of all stores\n\n",
        "blank": "\n",
    }.get(dialect.before, "")
    after = {
        "total": delimiter.join(["Total", *[""] * (width - 2), "99"]) + "\n",
        "blank": "\n\n",
        "note": "Exported by the shop\n",
    }.get(dialect.after, "")
    content = (before + body + after).replace("\n", dialect.line_end)
    return content.encode(dialect.encoding, errors="strict")


def files(dialect: Dialect, folder: Path) -> Path:
    """Write a log; return its file or folder."""
    header, rows = written(dialect)
    names = header or []
    kind = dialect.container
    if kind in ("jsonl", "array"):
        records = [dict(zip(names, row, strict=True)) for row in rows]
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
        content = "[" + ",\n".join(lines) + "]" if kind == "array" else "\n".join(lines)
        (folder / "log.json").write_text(content, encoding="utf-8")
        return folder / "log.json"
    if kind == "parquet":
        columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
        pq.write_table(pa.table(columns), folder / "log.parquet")
        return folder / "log.parquet"
    if kind == "xlsx":
        import openpyxl

        book = openpyxl.Workbook()
        for line in [names, *rows]:
            book.active.append(line)
        book.save(folder / "log.xlsx")
        return folder / "log.xlsx"
    if kind == "parts":
        (folder / "parts").mkdir()
        half = len(rows) // 2
        for place, part in enumerate((rows[:half], rows[half:])):
            (folder / "parts" / f"part-{place}.csv").write_bytes(text(dialect, header, part))
        return folder / "parts"
    pack = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}.get(kind, bytes)
    (folder / "log.csv").write_bytes(pack(text(dialect, header, rows)))
    return folder / "log.csv"


def same_events_or_a_refusal(dialect: Dialect) -> bool:
    """Assert that the events come back or the log is refused; return whether they came back."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        try:
            path = files(dialect, folder)
        except UnicodeEncodeError:  # a sign that the encoding does not have
            return False
        try:
            dataset = ingest(Store(Home(folder / "home")), ImportRequest([path], "log"))
        except BadInput as error:
            assert "\n" not in str(error)
            return False
        summary = dataset.manifest.summary
        assert summary["rows_read"] == summary["rows_kept"] + summary["rows_rejected"]
        names = ["user", "product", "time", "type"]
        names += ["price"] if dialect.header >= 0 else []
        expected = [
            {
                **event,
                "user": IDS[dialect.user](event["user"]).removesuffix(".0"),
                "product": IDS[dialect.product](event["product"]).removesuffix(".0"),
            }
            for event in events(dialect)
        ]
        rows = sorted((tuple(event[name] for name in names) for event in expected), key=repr)
        assert brief(dataset, names) == rows
        return True


@pytest.mark.slow
@pytest.mark.property
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(dialects())
def test_the_same_events_come_back_from_any_dialect(dialect: Dialect) -> None:
    same_events_or_a_refusal(dialect)
