"""How files are laid out: quotation marks, names of rows, rows over lines, and what is no table."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.datasets.store import Store
from data.importing.ingest import ingest
from data.importing.preview import preview
from data.importing.request import ImportRequest
from tests.data.importing.makers import (
    Event,
    Maker,
    brief,
    check,
    csv,
    event,
    kind,
    ks,
    moment,
    price,
    product,
    stamp,
    user,
)

pytestmark = pytest.mark.slow

EVENTS: list[Event] = [event(user(k), product(k), moment(k)) for k in ks()]


def lines(row: str, begin: str = "", end: str = "") -> str:
    """Return a text with a line for each event: ``{u}``, ``{p}``, ``{t}``, ``{s}``, ``{k}``."""
    values = ({"u": user(k), "p": product(k), "t": moment(k), "s": stamp(k), "k": k} for k in ks())
    return begin + "".join(row.format(**value) + "\n" for value in values) + end


def maker(text: str, *, titled: bool = False) -> Maker:
    titles = [one | {"title": f'12" disc, {k}'} for k, one in enumerate(EVENTS)]
    return Maker({"log.txt": text}, titles if titled else EVENTS)


MAKERS = {
    "R, blanks": maker(lines('"{k}" {u} {p} "{t}"', '"user" "item" "time"\n')),
    "R, tabs": maker(lines("{k}\t{u}\t{p}\t{t}", "user\titem\ttime\n")),
    "R, commas": maker(lines('"row {k}","{u}","{p}","{t}"', '"user","item","time"\n')),
    "backslashes before quotes": maker(
        lines('{u},{p},{t},"12\\" disc, {k}"', "user,product,time,title\n"), titled=True
    ),
    "doubled quotes": maker(
        lines('{u},{p},{t},"12"" disc, {k}"', "user,product,time,title\n"), titled=True
    ),
    "single quotes": maker(
        lines("'{u}','{p}','{t}','a, {k}'", "'user','product','time','title'\n")
    ),
    "rows over several lines": maker(
        lines('{u},{p},{t},"nice\nindeed, {k}\n\n"', "user,product,time,review\n")
    ),
    "rows over many lines": maker(
        lines('{u};{p};{t};"a b\nc d\ne f\ng h\ni j {k}"', "user;product;time;review\n")
    ),
    "psql": maker(
        lines(
            " {u} | {p} | {t}",
            " user_id | product_id | created_at\n-----+-----+-----\n",
            "(90 rows)\n",
        )
    ),
    "sqlcmd, blanks": maker(
        lines(
            "{u:11} {p:11} {t}.000",
            f"user_id {'item_id':11} created_at\n{'-' * 9} {'-' * 9} {'-' * 9}\n",
        )
    ),
    "KONECT": maker(lines("{u} {p} 1 {s}", "% bip weighted\n% 90 13 17\n")),
    "NumPy": maker(lines("{u:.18e} {p:.18e} {s:.18e}", "# user item timestamp\n")),
    "NumPy, commas": maker(lines("{u:.18e},{p:.18e},{s:.18e}")),
    "ids with two zeros": maker(lines("{u}.00,{p}.000000,{t}", "customer_id,product_id,date\n")),
    "ids with a decimal comma": maker(lines("{u},0;{p},00;{t}", "customer_id;product_id;date\n")),
    "float ids over a line of totals": maker(
        lines("{u}.0,{p}.0,{t}", "customer_id,product_id,date\n", "Total,,\n")
    ),
    "mysql": maker(
        lines(
            "| {u} | {p} | {t} |",
            "+---+---+---+\n| user_id | product_id | created_at |\n+---+---+---+\n",
            "+---+---+---+\n90 rows in set (0.00 sec)\n",
        )
    ),
    "each line in quotes": maker(lines('"{u},{p},""{t}"""', '"user_id,product_id,""time"""\n')),
    "names above the names": maker(
        lines("{u},{p},{t}", "Customer,,Order\n,,Date\nuser_id,product_id,time\n")
    ),
    "marks without width": maker(lines("\u200f{u}\u200e,{p},{t}", "\u200buser_id,item_id,time\n")),
    **{
        f"delimiter {mark}": maker(
            lines(mark.join(("{u}", "{p}", "{t}")), f"user_id{mark}product_id{mark}time\n")
        )
        for mark in ("||", "|~|", ";;", "¦", "§", "•", "*", "#")
    },
    "hashed names": maker(lines("{u};{p};{t}", "USER_ID_hash;product_sku_hash;I_DATE\n")),
    "prefixed names": maker(lines("{u};{p};{t}", "user_id;click_article_id;click_timestamp\n")),
    "colons in ids, after blanks": Maker(
        {"log.txt": lines("{u} shop:{p} {t:%Y-%m-%dT%H:%M:%S}")},
        [one | {"product": f"shop:{one['product']}"} for one in EVENTS],
    ),
    "short names": maker(lines("{u};{p};{t}", "CUST_ID;PROD_ID;SALE_DATE\n")),
    "Coveo": Maker(
        {
            "browsing_train.csv": "session_id_hash,event_type,product_action,product_sku_hash,ts\n"
            + "".join(
                f"s{user(k)},event_product,"
                f"{ {'view': 'detail', 'cart': 'add', 'purchase': 'purchase'}[kind(k)] },"
                f"p{product(k)},{1000 * stamp(k)}\ns{user(k)},pageview,,,{1000 * stamp(k)}\n"
                for k in ks()
            )
        },
        [event(f"s{user(k)}", f"p{product(k)}", moment(k), type=kind(k)) for k in ks()],
    ),
}

REFUSED = {
    "Matrix Market": (
        lines("{u} {p} 1", "%%MatrixMarket matrix coordinate integer general\n%\n20000 30000 90\n"),
        "Matrix Market",
    ),
    "Weka": (lines("{u},{p}", "@RELATION log\n@ATTRIBUTE user NUMERIC\n@DATA\n"), "ARFF"),
    "MySQL": (
        "-- MySQL dump 10.13\n\nDROP TABLE IF EXISTS `o`;\nINSERT INTO `o` VALUES (1,2,'a');\n",
        "SQL script.* export its table as CSV",
    ),
    "access log": (
        lines('10.0.0.{k} - - [20/Nov/2019:09:30:00 +0000] "GET /p/{p} HTTP/1.1" 200 17'),
        "access log",
    ),
    "libSVM": (lines("-1 {u}:1 {p}:1 57:1"), "libSVM"),
    "SPMF": (lines("{u} -1 {p} -1 17 -1 -2"), "SPMF"),
    "YAML": (lines("- user: {u}\n  item: {p}\n  time: {t}"), "YAML"),
    "logfmt": (lines('time="{t}" user={u} item={p} action=purchase'), "key=value"),
    "baskets of FIMI": (
        "".join(" ".join(str(3 * n % 97) for n in range(1 + 5 * k % 9)) + "\n" for k in ks()),
        "--header-line",
    ),
    "a third of the lines with other columns": (
        lines("{u} Ann Lee {p} {t:%Y-%m-%d}", "CUSTOMER NAME ITEM DATE\n")
        + lines("{u} Bo {p} {t:%Y-%m-%d}"),
        "do not have its 5 columns.*--header-line",
    ),
    "long ids rounded by a spreadsheet": (
        lines("4.8{k:02d}E+17,{p},{t}", "fullVisitorId,sku,date\n"),
        "fullVisitorId have lost digits.*export the column as text",
    ),
    "long ids rounded far below": (
        lines("{u},{p},{t}", "user,sku,date\n")
        + lines("{u},{p},{t}") * 12
        + "4.82E+17,7,2019-11-20\n",
        "have lost digits",
    ),
}


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back(name: str, store: Store, tmp_path: Path) -> None:
    check(MAKERS[name], store, tmp_path)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_of_events_is_refused(name: str, store: Store, tmp_path: Path) -> None:
    text, sentence = REFUSED[name]
    check(Maker({"log.txt": text}, None, sentence), store, tmp_path)


def part(kind_of_part: str, header: str = "", mark: str = ",") -> str:
    """Return the rows of one type, which the name of the part's folder says."""
    rows = (k for k in ks() if kind(k) == kind_of_part)
    fields = ((f"u{user(k)}", f"p{product(k)}", str(moment(k))) for k in rows)
    return header + "".join(mark.join(row) + "\n" for row in fields)


@pytest.mark.parametrize(
    ("header", "mark", "suffix"),
    [
        ("user_id,product_id,event_time\n", ",", ".csv"),
        ("", "\x01", ""),
    ],
)
def test_the_folders_of_a_partitioned_table_are_columns(
    store: Store, tmp_path: Path, header: str, mark: str, suffix: str
) -> None:
    files: dict[str, str | bytes] = {
        f"log/event_type={kind}/part-0{suffix}": part(kind, header, mark)
        for kind in ("view", "cart", "purchase")
    }
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text(str(text))
    dataset = ingest(store, ImportRequest([tmp_path / "log"], "log"))
    expected = sorted((f"u{user(k)}", f"p{product(k)}", moment(k), kind(k)) for k in ks())
    assert brief(dataset, ("user", "product", "time", "type")) == expected


def test_a_part_of_a_partitioned_parquet_table_has_its_folders_columns(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "event_type=cart" / "brand=Caf%C3%A9"
    folder.mkdir(parents=True)
    table = pa.table({"user_id": [1, 2], "item_id": [3, 4], "time": ["2019-11-01", "2019-11-02"]})
    pq.write_table(table, folder / "part-0.parquet")
    dataset = ingest(store, ImportRequest([folder / "part-0.parquet"], "log"))
    assert [row[1:] for row in brief(dataset, ("user", "type", "brand"))] == [("cart", "Café")] * 2
    seen = preview(ImportRequest([folder / "part-0.parquet"], "log"), tmp_path)
    assert seen is not None
    assert [one.code for one in seen.types] == ["cart"]


def test_a_line_a_buyer_is_said_to_be_taken_for_that(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "retail.dat"
    file.write_text("0 1 2 3 4 5\n30 31 32\n33 34 35\n36 37 38 39 40 41 42 43\n")
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert "each line" in understood["unsure"]["user"]


@pytest.mark.parametrize(
    "above", ["Customer,Product,Sale,\n", "Sales of 2019,,,\nCustomer,Product,,Sale\n"]
)
def test_of_two_rows_of_names_the_one_that_names_more_is_the_header(
    above: str, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    rows = csv(
        ("customer_id", "sku", "date", "price"),
        ((user(k), product(k), moment(k), price(k)) for k in ks()),
    )
    file.write_text(above + rows)
    summary = ingest(store, ImportRequest([file], "log")).manifest.summary
    assert (summary["rows_kept"], summary["rows_rejected"]) == (90, 0)
    assert summary["understood"]["roles"]["price"] == "price"
