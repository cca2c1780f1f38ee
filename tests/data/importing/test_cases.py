"""Files as shops, competitions and papers publish them: each is read right or refused clearly."""

import bz2
import gzip
import json
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

pytestmark = pytest.mark.slow

START = datetime(2019, 11, 1)
NAMES = ("user_id", "product_id", "event_time", "price", "category")
STANDARD = {"kept": 120, "rejected": 0, "users": 12, "products": 15, "first": "2019-11-01T00:00"}

Rows = list[tuple[str, ...]]


def times(pattern: str = "%Y-%m-%d %H:%M:%S") -> list[str]:
    """Return 120 hours from the start, written in a format."""
    return [(START + timedelta(hours=hour)).strftime(pattern) for hour in range(120)]


def rows(
    when: Sequence[str] | None = None,
    prices: Sequence[str] = ("3.5",),
    categories: Sequence[str] = ("electronics.audio",),
) -> Rows:
    """Return the standard log: 120 hourly events of 12 buyers and 15 products."""
    when = when or times()
    return [
        (
            str(100 + k % 12),
            str(1000 + k % 15),
            when[k],
            prices[k % len(prices)],
            categories[k % len(categories)],
        )
        for k in range(120)
    ]


def quoted(value: str, delimiter: str) -> str:
    return f'"{value}"' if delimiter in value or '"' in value else value


def table(
    body: Rows | None = None,
    names: Sequence[str] | None = NAMES,
    delimiter: str = ",",
    end: str = "\n",
) -> str:
    """Return rows as delimited text."""
    lines = [[*names]] if names is not None else []
    lines += [list(row) for row in (rows() if body is None else body)]
    return "".join(delimiter.join(quoted(v, delimiter) for v in line) + end for line in lines)


def columns(*which: str, body: Rows | None = None) -> Rows:
    """Return some columns of the standard log."""
    places = [NAMES.index(name) for name in which]
    return [tuple(row[k] for k in places) for row in (body or rows())]


@dataclass(frozen=True)
class Case:
    """A file, and what its import must give.

    Attributes
    ----------
    files : mapping
        File name → its content.
    expected : mapping
        Figures of the dataset: ``kept``, ``rejected``, ``users``, ``products``, ``first`` (a
        beginning of the first event's time), ``types``, ``prices`` (those that occur, sorted),
        ``categories``, ``rejects`` (reasons).
    settings : mapping
        What the person says beside the files.
    or_refused : str
        A regular expression of the sentence that may refuse the file instead; empty where it must
        be read.
    """

    files: Mapping[str, str | bytes]
    expected: Mapping[str, Any] = field(default_factory=lambda: STANDARD)
    settings: Mapping[str, Any] = field(default_factory=dict)
    or_refused: str = ""


def price_case(prices: Sequence[str], values: list[float], delimiter: str = ",") -> Case:
    text = table(rows(prices=prices), delimiter=delimiter)
    return Case({"shop.csv": text}, {"kept": 120, "rejected": 0, "prices": values})


def time_case(pattern: str, first: str = "2019-11-01T00:00", asks: bool = False) -> Case:
    text = table(
        columns("user_id", "product_id", "event_time", body=rows(times(pattern))), NAMES[:3]
    )
    refusal = r"--time-format" if asks else ""
    return Case({"log.csv": text}, {**STANDARD, "first": first}, or_refused=refusal)


def numbered_case(number: Callable[[datetime], str]) -> Case:
    when = [number(START + timedelta(hours=hour)) for hour in range(120)]
    text = table(columns("user_id", "product_id", "event_time", body=rows(when)), NAMES[:3])
    return Case({"log.csv": text}, STANDARD)


def seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


def missing_case(mark: str) -> Case:
    body = rows() + [(mark, *row[1:]) for row in rows()[:20]]
    expected = {**STANDARD, "rejected": 20, "rejects": {"user_missing": 20}}
    return Case({"log.csv": table(body)}, expected)


def encoded_case(encoding: str, category: str) -> Case:
    text = table(rows(categories=[category]))
    return Case({"log.csv": text.encode(encoding)}, {**STANDARD, "categories": [category]})


def typed_case(words: Sequence[str], counts: Mapping[str, int], **settings: Any) -> Case:
    body = [(*row[:3], words[k % len(words)]) for k, row in enumerate(rows())]
    text = table(body, ("user_id", "product_id", "event_time", "event_type"))
    return Case({"log.csv": text}, {"kept": 120, "types": counts}, settings)


def online_retail() -> Case:
    """Dates of December with the month first, the first nine of which could be months."""
    body = []
    for k in range(360):
        day = START.replace(year=2010, month=12, day=1) + timedelta(days=k * 373 // 359, minutes=k)
        when = f"{day.month}/{day.day}/{day.year} {day.hour}:{day.minute:02d}"
        body.append(
            (
                str(536365 + k // 3),
                f"85{k % 40}A",
                f"MUG, SIZE {k % 5}",
                "2",
                when,
                "2.55",
                str(17850 + k % 20),
            )
        )
    names = (
        "InvoiceNo",
        "StockCode",
        "Description",
        "Quantity",
        "InvoiceDate",
        "UnitPrice",
        "CustomerID",
    )
    return Case(
        {"data.csv": table(body, names)}, {"kept": 360, "rejected": 0, "first": "2010-12-01"}
    )


def returns() -> Case:
    names = (
        "Invoice",
        "StockCode",
        "Description",
        "Quantity",
        "InvoiceDate",
        "Price",
        "Customer ID",
    )
    day = datetime(2009, 12, 1, 7, 45)
    body: Rows = []
    for k in range(200):
        back = k >= 170
        customer = "" if 150 <= k < 170 else f"{13085 + k % 15}.0"
        invoice = f"C{490000 + k}" if back else str(489434 + k)
        when = (day + timedelta(hours=5 * k)).strftime("%Y-%m-%d %H:%M:%S")
        body.append(
            (
                invoice,
                str(22000 + k % 12),
                f"MUG {k % 12}",
                "-2" if back else "3",
                when,
                "2.5",
                customer,
            )
        )
    expected = {
        "kept": 180,
        "rejects": {"user_missing": 20},
        "types": {"purchase": 150, "return": 30},
        "user": "13085",
    }
    return Case({"online_retail_II.csv": table(body, names)}, expected)


def reviews() -> list[dict[str, Any]]:
    return [
        {
            "overall": 5.0,
            "reviewTime": "12 22, 2013",
            "reviewerID": f"A0{100 + k % 15}",
            "asin": f"B00{k % 20:03d}",
            "reviewText": 'good, "really"',
            "unixReviewTime": 1387670400 + 86400 * k,
        }
        for k in range(150)
    ]


REVIEWS = {"kept": 150, "rejected": 0, "users": 15, "products": 20, "first": "2013-12-22"}
LINES = "".join(json.dumps(review) + "\n" for review in reviews())
PLAIN = table()


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members: Mapping[str, str], mode: str = "w") -> bytes:
    import io

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            archive.addfile(info, io.BytesIO(content.encode()))
    return buffer.getvalue()


def zstd(text: str) -> bytes:
    return pa.compress(text.encode(), codec="zstd", asbytes=True)  # type: ignore[no-any-return]


CASES: dict[str, Case] = {
    "month first": online_retail(),
    "returns and cancelled invoices": returns(),
    "Taobao without header": Case(
        {
            "UserBehavior.csv": table(
                [
                    (
                        str(1 + k % 30),
                        str(2268318 + k % 50),
                        str(2520377 + k % 5),
                        "buy"
                        if k % 30 == 0
                        else "cart"
                        if k % 10 == 5
                        else "fav"
                        if k % 30 == 7
                        else "pv",
                        str(
                            -1511544070
                            if k == 9
                            else 2122800000
                            if k == 19
                            else 1511544070 + 700 * k
                        ),
                    )
                    for k in range(300)
                ],
                None,
            )
        },
        {"kept": 300, "types": {"view": 250, "cart": 30, "favourite": 10, "purchase": 10}},
    ),
    "Tianchi, types by number, hours only": Case(
        {
            "train_user.csv": table(
                [
                    (
                        str(98047837 + k % 12),
                        str(232431562 + k % 15),
                        "4" if k % 20 == 0 else "3" if k % 7 == 0 else "2" if k % 11 == 0 else "1",
                        "",
                        str(4245 + k % 3),
                        (datetime(2014, 12, 6, 2) + timedelta(hours=k)).strftime("%Y-%m-%d %H"),
                    )
                    for k in range(120)
                ],
                ("user_id", "item_id", "behavior_type", "user_geohash", "item_category", "time"),
            )
        },
        {"kept": 120, "first": "2014-12-06T02:00"},
    ),
    "compact dates": Case(
        {
            "orders.csv": table(
                [
                    (str(1 + k % 20), str(500 + k % 25), f"201901{1 + k // 5:02d}", "11.77")
                    for k in range(150)
                ],
                ("customer_id", "product_id", "order_date", "amount"),
            )
        },
        {"kept": 150, "first": "2019-01-01", "last": "2019-01-30"},
    ),
    "Diginetica, the day beside a clock in milliseconds": Case(
        {
            "train-item-views.csv": table(
                [
                    (
                        str(1 + k // 3),
                        str(7000 + k) if k < 3 else "NA",
                        str(81766 + k % 20),
                        str(300000 + 226309 * (k % 3)),
                        "2016-05-09",
                    )
                    for k in range(180)
                ],
                ("sessionId", "userId", "itemId", "timeframe", "eventdate"),
                ";",
            )
        },
        {"kept": 3, "rejects": {"user_missing": 177}, "first": "2016-05-09"},
    ),
    "Amazon ratings, buyer first": Case(
        {
            "ratings_2014.csv": table(
                [
                    (f"A0{100 + k % 15}", f"B00{k % 20:03d}", "4.0", str(1387670400 + 86400 * k))
                    for k in range(150)
                ],
                None,
            )
        },
        REVIEWS,
    ),
    "Amazon ratings, product first": Case(
        {
            "ratings_2018.csv": table(
                [
                    (f"B00{k % 20:03d}", f"A0{100 + k % 15}", "4.0", str(1387670400 + 86400 * k))
                    for k in range(150)
                ],
                None,
            )
        },
        REVIEWS,
        {"mapping": {"user": "2", "product": "1", "time": "4"}},
    ),
    "JSON lines": Case({"reviews.jsonl": LINES}, REVIEWS),
    "JSON lines, compressed": Case({"reviews.json.gz": gzip.compress(LINES.encode())}, REVIEWS),
    "JSON array": Case({"reviews.json": json.dumps(reviews())}, REVIEWS),
    "lines of Python dictionaries": Case(
        {
            "steam_reviews.json": "".join(
                f"{{u'username': u'user{k}', u'hours': 12.5, u'product_id': u'{k % 9}'}}\n"
                for k in range(60)
            )
        },
        or_refused=r"Python dictionar",
    ),
    "MovieLens .dat": Case(
        {
            "ratings.dat": "".join(
                f"{1 + k % 12}::{1190 + k % 15}::4::{978300760 + 60 * k}\n" for k in range(180)
            )
        },
        {"kept": 180, "users": 12, "products": 15, "first": "2000-12-31"},
    ),
    "prices in dollars": price_case(["$1,299.00", "$8.99", "$24.50"], [8.99, 24.5, 1299.0]),
    "prices in euros": price_case(["1.299,00 €", "8,99 €", "24,50 €"], [8.99, 24.5, 1299.0], ";"),
    "thousands beside a decimal point": price_case(
        ["1,299", "12.50", "899"], [12.5, 899.0, 1299.0]
    ),
    "blank between thousands": price_case(["1\u202f299,90", "8,99"], [8.99, 1299.9], ";"),
    "Swiss thousands": price_case(["1'299.90", "8.99"], [8.99, 1299.9]),
    "price with its currency's code": price_case(["USD 1,299.00", "8.99 USD"], [8.99, 1299.0]),
    "a dash for no price": price_case(["12.5", "-", "8"], [8.0, 12.5]),
    "words for no price": price_case(["12.5", "free", "(not set)"], [12.5]),
    "NaN for no price": price_case(["nan", "3.5", "3.5"], [3.5]),
    "lone quotes in tabs": Case(
        {
            "plays.tsv": table(
                [
                    (*row[:3], '"Foo' if k == 10 else 'Bar"' if k == 11 else "Plain", "x")
                    for k, row in enumerate(rows())
                ],
                ("user_id", "product_id", "timestamp", "artist", "a"),
                "\t",
            )
            .replace('""Foo"', '"Foo')
            .replace('"Bar""', 'Bar"')
        },
        STANDARD,
    ),
    "UTF-16 with mark, little end first": Case(
        {
            "le.txt": b"\xff\xfe"
            + table(rows(categories=["año"]), delimiter="\t").encode("utf-16-le")
        },
        {**STANDARD, "categories": ["año"]},
    ),
    "UTF-16 with mark, big end first": Case(
        {
            "be.txt": b"\xfe\xff"
            + table(rows(categories=["año"]), delimiter="\t").encode("utf-16-be")
        },
        {**STANDARD, "categories": ["año"]},
    ),
    "UTF-16 without mark": Case(
        {"le.txt": table(rows(categories=["año"]), delimiter="\t").encode("utf-16-le")},
        {**STANDARD, "categories": ["año"]},
    ),
    "Chinese": encoded_case("gbk", "手机"),
    "Cyrillic": encoded_case("cp1251", "Бытовая техника"),
    "Japanese": encoded_case("shift_jis", "携帯電話"),
    "Western": encoded_case("cp1252", "Téléphonie"),
    "sep= line, comma": Case({"a.csv": "sep=,\n" + PLAIN}),
    "sep= line, semicolon": Case({"a.csv": "sep=;\n" + table(delimiter=";")}),
    "comments before the header": Case(
        {"ga.csv": "# ------\n# All Web Site Data\n# 20191101-20191130\n# ------\n\n" + PLAIN}
    ),
    "titles before the header": Case(
        {"title.csv": "Sales report November 2019\nStore 12;;;;\n" + table(delimiter=";")},
        or_refused="--header-line",
    ),
    "two header rows": Case(
        {"two.csv": ",,,Money,Catalogue\n" + PLAIN}, or_refused="--header-line"
    ),
    "header line by hand": Case({"a.csv": "x,y\n" + PLAIN}, settings={"header_line": 2}),
    "zip of a Mac": Case(
        {
            "mac.zip": zipped(
                {
                    "log/": "",
                    "log/events.csv": PLAIN,
                    "__MACOSX/log/._events.csv": b"\0\5\x16\7",
                    "log/.DS_Store": b"\0\0\0\1Bud1",
                }
            )
        }
    ),
    "zip with other tables": Case(
        {
            "ml.zip": zipped(
                {
                    "ml/README.txt": "About\nthese files\n",
                    "ml/movies.csv": "movieId,title\n1,Toy\n",
                    "ml/ratings.csv": PLAIN,
                }
            )
        }
    ),
    "gzip in a zip": Case({"in.zip": zipped({"a.csv.gz": gzip.compress(PLAIN.encode())})}),
    "gzip called .csv": Case({"a.csv": gzip.compress(PLAIN.encode())}),
    "text called .gz": Case({"a.csv.gz": PLAIN}),
    "bzip2": Case({"a.csv.bz2": bz2.compress(PLAIN.encode())}),
    "xz": Case({"a.csv.xz": lzma.compress(PLAIN.encode())}),
    "zstd": Case({"a.csv.zst": zstd(PLAIN)}),
    "tar": Case({"a.tar": tarred({"a.csv": PLAIN})}),
    "tar.gz": Case({"a.tar.gz": tarred({"a.csv": PLAIN}, "w:gz")}),
    "index column without a name": Case(
        {"idx.csv": table([(str(k), *row) for k, row in enumerate(rows())], ("", *NAMES))}
    ),
    "index column of pandas": Case(
        {"idx.csv": table([(str(k), *row) for k, row in enumerate(rows())], ("Unnamed: 0", *NAMES))}
    ),
    "index column without header": Case(
        {"idx.csv": table([(str(k), *row) for k, row in enumerate(rows())], None)}
    ),
    "types in capitals": typed_case(
        ["View", "Cart", "Purchase"], {"view": 40, "cart": 40, "purchase": 40}
    ),
    "types with blanks": typed_case(
        ["view ", "cart", "purchase "], {"view": 40, "cart": 40, "purchase": 40}
    ),
    "types of Segment": typed_case(
        ["Product Viewed", "Product Added", "Order Completed"],
        {"view": 40, "cart": 40, "purchase": 40},
    ),
    "types of GA4": typed_case(
        ["view_item", "add_to_cart", "purchase"], {"view": 40, "cart": 40, "purchase": 40}
    ),
    "types of Shopify": typed_case(
        ["product_viewed", "product_added_to_cart", "checkout_completed"],
        {"view": 40, "cart": 40, "purchase": 40},
    ),
    "a type by hand": typed_case(["7", "9"], {"7": 60, "purchase": 60}, types={"9": "purchase"}),
    "categories by >": Case(
        {"gt.csv": table(rows(categories=["Electronics > Audio", "Home > Kitchen"]))},
        {**STANDARD, "categories": ["Electronics.Audio", "Home.Kitchen"]},
    ),
    "day and clock in two columns": Case(
        {
            "pos.csv": table(
                [
                    (w.split()[0], w.split()[1], row[0], row[1])
                    for w, row in zip(times(), rows(), strict=True)
                ][::-1],
                ("Date", "Time", "customer_id", "product_id"),
            )
        },
    ),
    "AM and PM": time_case("%m/%d/%Y %I:%M:%S %p", asks=True),
    "compact times": time_case("%Y%m%d%H%M%S"),
    "day first": time_case("%d/%m/%Y %H:%M", asks=True),
    "month first with dashes": time_case("%m-%d-%Y %H:%M", asks=True),
    "hours": time_case("%Y-%m-%d %H"),
    "offset behind a blank": time_case("%Y-%m-%d %H:%M:%S +0100", "2019-10-31T23:00"),
    "offset with a colon": time_case("%Y-%m-%dT%H:%M:%S+01:00", "2019-10-31T23:00"),
    "Oracle": time_case("%d-%b-%Y %H:%M:%S"),
    "RFC 2822": time_case("%a, %d %b %Y %H:%M:%S +0000"),
    "month by name": time_case("%B %d, %Y %H:%M"),
    "comma before milliseconds": time_case("%Y-%m-%d %H:%M:%S,000"),
    "ISO, basic": time_case("%Y%m%dT%H%M%S"),
    "named zone": time_case("%Y-%m-%d %H:%M:%S Europe/Madrid", "2019-10-31T23:00"),
    "format by hand with a zone": Case(
        {"log.csv": table(rows(times("%d/%m/%Y %H:%M +0100")))},
        {**STANDARD, "first": "2019-10-31T23:00"},
        {"time_format": "%d/%m/%Y %H:%M %z"},
    ),
    "seconds": numbered_case(lambda moment: str(seconds(moment))),
    "milliseconds": numbered_case(lambda moment: str(1_000 * seconds(moment))),
    "microseconds": numbered_case(lambda moment: str(1_000_000 * seconds(moment))),
    "nanoseconds": numbered_case(lambda moment: str(1_000_000_000 * seconds(moment))),
    "days of a spreadsheet": numbered_case(lambda moment: f"{seconds(moment) / 86400 + 25569:.6f}"),
    "blank after the comma": Case({"blank.csv": table(delimiter=", ")}),
    "line ends of an old Mac": Case({"cr.csv": table(end="\r")}),
    "line ends doubled": Case({"crcrlf.csv": table(end="\r\r\n")}),
    "time under another name": Case(
        {"When.csv": table(columns(*NAMES[:3])[::-1], ("user_id", "product_id", "When"))}
    ),
    "time of H&M": Case(
        {"t_dat.csv": table(columns(*NAMES[:3])[::-1], ("user_id", "product_id", "t_dat"))}
    ),
    **{
        f"missing as {mark}": missing_case(mark)
        for mark in ("<NA>", "#N/A", "n/a", "none", "NaT", "-", "(not set)", "NULL", "unknown")
    },
    "one line a buyer": Case(
        {
            "sequences.txt": "".join(
                " ".join(
                    [str(user), *(str(1 + (user * 7 + k * 3) % 40) for k in range(2 + user % 9))]
                )
                + "\n"
                for user in range(1, 201)
            )
        },
        {"kept": sum(2 + user % 9 for user in range(1, 201)), "users": 200, "first": None},
    ),
    "pairs without header": Case(
        {
            "pairs.txt": "".join(f"{1 + k // 4} {1 + (k * 7) % 40}\n" for k in range(400)).replace(
                "1 1\n", "1 2\n", 1
            )
        },
        {"kept": 400, "rejected": 0, "first": None},
    ),
}


def figures(dataset: Dataset) -> dict[str, Any]:
    """Return what a case may expect of a dataset."""
    summary = dataset.manifest.summary
    with dataset.connect() as connection:

        def column(query: str) -> list[Any]:
            return [row[0] for row in connection.execute(query).fetchall()]

        return {
            "kept": summary["rows_kept"],
            "rejected": summary["rows_rejected"],
            "rejects": summary["rejected_by_reason"],
            "users": summary["users"],
            "products": summary["products"],
            "first": summary["first_event"],
            "last": summary["last_event"],
            "types": dict(
                connection.execute("SELECT type, count(*) FROM events GROUP BY 1").fetchall()
            ),
            "prices": column(
                "SELECT DISTINCT price FROM events WHERE price IS NOT NULL ORDER BY 1"
            ),
            "categories": column("SELECT DISTINCT category FROM events ORDER BY 1"),
            "user": column('SELECT min("user"::VARCHAR) FROM events')[0],
        }


@pytest.mark.parametrize("name", CASES)
def test_a_file_is_read_right_or_refused_with_what_to_do(
    name: str, store: Store, tmp_path: Path
) -> None:
    case = CASES[name]
    paths = []
    for file, content in case.files.items():
        path = tmp_path / file
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    request = ImportRequest(paths, "log", **case.settings)
    try:
        dataset = ingest(store, request)
    except BadInput as error:
        if not case.or_refused:
            raise
        assert re.search(case.or_refused, str(error)), error
        return
    found = figures(dataset)
    summary = dataset.manifest.summary
    assert summary["rows_read"] == summary["rows_kept"] + summary["rows_rejected"]
    for key, value in case.expected.items():
        if key in ("first", "last") and value is not None:
            assert str(found[key]).startswith(value), key
        else:
            assert found[key] == value, key


def arrow(**changes: pa.Array) -> pa.Table:
    body = rows()
    standard = {
        "event_time": pa.array(
            [START + timedelta(hours=k) for k in range(120)], pa.timestamp("us")
        ),
        "user_id": pa.array([int(row[0]) for row in body]),
        "product_id": pa.array([int(row[1]) for row in body]),
        "price": pa.array([3.5] * 120),
        "category": pa.array([row[4] for row in body]),
    }
    return pa.table({**standard, **changes})


HOURS = [START + timedelta(hours=k) for k in range(120)]
PARQUET = {
    "dates": (arrow(event_time=pa.array([h.date() for h in HOURS])), STANDARD),
    "nanoseconds": (arrow(event_time=pa.array(HOURS, pa.timestamp("ns"))), STANDARD),
    "zone of Paris": (
        arrow(
            event_time=pa.array(
                [h - timedelta(hours=1) for h in HOURS], pa.timestamp("us", "Europe/Paris")
            )
        ),
        {**STANDARD, "first": "2019-10-31T23:00"},
    ),
    "integers of microseconds": (
        arrow(event_time=pa.array([10**6 * seconds(h) for h in HOURS])),
        STANDARD,
    ),
    "integers of nanoseconds": (
        arrow(event_time=pa.array([10**9 * seconds(h) for h in HOURS])),
        STANDARD,
    ),
    "ids as floats": (
        arrow(
            user_id=pa.array([float(row[0]) for row in rows()]),
            product_id=pa.array([float(row[1]) for row in rows()]),
        ),
        {**STANDARD, "user": "100"},
    ),
    "NaN as price": (
        arrow(price=pa.array([float("nan") if k % 3 == 0 else 3.5 for k in range(120)])),
        {**STANDARD, "prices": [3.5]},
    ),
    "nested columns": (arrow(geo=pa.array([{"country": "US"}] * 120)), STANDARD),
    "decimals and categories": (
        arrow(
            price=pa.array([3.5] * 120).cast(pa.decimal128(5, 2)),
            category=pa.array(["electronics.audio"] * 120).dictionary_encode(),
        ),
        {**STANDARD, "prices": [3.5]},
    ),
}


@pytest.mark.parametrize("name", PARQUET)
def test_parquet_of_any_type_is_read_right(name: str, store: Store, tmp_path: Path) -> None:
    content, expected = PARQUET[name]
    pq.write_table(content, tmp_path / "log.parquet")
    found = figures(ingest(store, ImportRequest([tmp_path / "log.parquet"], "log")))
    for key, value in expected.items():
        assert str(found[key]).startswith(str(value)) if key == "first" else found[key] == value, (
            key
        )


def test_a_folder_of_parquet_parts_is_one_log(store: Store, tmp_path: Path) -> None:
    content = arrow().append_column("day", pa.array([str(h.date()) for h in HOURS]))
    pq.write_to_dataset(content, tmp_path / "events", partition_cols=["day"])
    (tmp_path / "events" / "_SUCCESS").touch()
    found = figures(ingest(store, ImportRequest([tmp_path / "events"], "log")))
    assert {key: found[key] for key in ("kept", "users", "products")} == {
        "kept": 120,
        "users": 12,
        "products": 15,
    }


def test_ids_that_went_through_floats_are_the_same_buyers(store: Store, tmp_path: Path) -> None:
    names = ("customer_id", "product_id", "timestamp", "price")
    (tmp_path / "a.csv").write_text(
        table(
            [
                (f"{17850 + k % 10}.0", f"{22400 + k % 12}.0", str(1262304000 + k * 3600), "2.5")
                for k in range(60)
            ],
            names,
        )
    )
    (tmp_path / "b.csv").write_text(
        table(
            [
                (str(17850 + k % 10), str(22400 + k % 12), str(1264982400 + k * 3600), "2.5")
                for k in range(60)
            ],
            names,
        )
    )
    ingest(store, ImportRequest([tmp_path / "a.csv"], "log"))
    found = figures(ingest(store, ImportRequest([tmp_path / "b.csv"], "log", mode="append")))
    assert (found["users"], found["products"], found["user"]) == (10, 12, "17850")


def test_a_workbook_is_read_sheet_by_sheet(store: Store, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for place, half in enumerate((rows()[:60], rows()[60:])):
        sheet = book.active if place == 0 else book.create_sheet(f"Year {place}")
        sheet.append(list(NAMES))
        for row in half:
            moment = datetime.fromisoformat(row[2])
            sheet.append([int(row[0]), int(row[1]), moment, float(row[3]), row[4]])
    book.save(tmp_path / "log.xlsx")
    found = figures(ingest(store, ImportRequest([tmp_path / "log.xlsx"], "log")))
    assert {key: found[key] for key in ("kept", "users", "products", "user")} == {
        "kept": 120,
        "users": 12,
        "products": 15,
        "user": "100",
    }
