"""Formats of files and notations of times, prices and ids are detected."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from data.datasets.store import Store
from data.errors import BadInput
from data.exploration.statistics import summary
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.preparation.preparation import Preparation
from data.preparation.prepare import prepare
from tests.data.logs import HEAD, ROW, events, rejects, rows


def test_recbole_files_need_no_mapping(store: Store, shared: Path) -> None:
    figures = summary(ingest(store, ImportRequest([shared / "ml-100k.inter"], "movies")))
    assert (figures["events"], figures["users"], figures["products"]) == (100_000, 943, 1_682)
    assert figures["first_event"] == "1997-09-20T03:05:10Z"


FORMATS = {
    "semicolons and missing users": "fecha;cliente;producto;precio\n2024-01-02 10:00;ana;p1;3,49\n"
    "2024-01-02 11:00;NA;p2;1.234,50\n",
    "tabs": "time\tuser\titem\n2024-01-02\tana\tp1\n2024-01-03\tNA\tp2\n",
    "day first": "date,customer_id,sku\n31/12/2023 10:00,ana,p1\n31/12/2023 10:00,,p2\n",
    "milliseconds": "timestamp,visitorid,event,itemid\n1433221332117,ana,transaction,p1\n"
    "1433221332117,NULL,view,p2\n",
    "no header": "ana,p1,1433221332\nNA,p2,1433221333\n",
    "windows-1252": "usuario;artículo;fecha\nana;p1;2024-01-02\nNA;año;2024-01-02\n",
    "byte order mark": "\ufeffuser;item;time\nana;p1;2024-01-02\nNA;p2;2024-01-02\n",
    "quoted": '"user","item","time"\n"ana","p1","2024-01-02"\n"NA","p2","2024-01-02"\n',
    "repeated names": "user,item,time,time\nana,p1,2024-01-02,x\nNA,p2,2024-01-02,y\n",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_the_format_of_a_file_is_detected(store: Store, file: Path, form: str) -> None:
    file.write_bytes(FORMATS[form].encode("cp1252" if form == "windows-1252" else "utf-8"))
    dataset = ingest(store, ImportRequest([file], "log", mapping=_mapping(form)))
    frame = events(dataset)
    assert list(frame["user"]) == ["ana"]
    assert list(frame["product"]) == ["p1"]
    assert summary(dataset)["rejected_by_reason"] == {"user_missing": 1}
    assert list(rejects(dataset)["line"]) == [2 if form == "no header" else 3]


def _mapping(form: str) -> dict[str, str] | None:
    return {"item": "artículo"} if form == "windows-1252" else None


def test_decimal_commas_are_detected(store: Store, file: Path) -> None:
    file.write_text(FORMATS["semicolons and missing users"].replace("NA", "eva"))
    assert list(events(ingest(store, ImportRequest([file], "log")))["price"]) == [3.49, 1234.5]


def test_utf_16_is_read(store: Store, file: Path) -> None:
    file.write_text("user,item,time\nana,p1,2024-01-02\nñ,p2,2024-01-02\n", encoding="utf-16")
    assert list(events(ingest(store, ImportRequest([file], "log")))["user"]) == ["ana", "ñ"]


def test_without_times_the_order_of_rows_stands_for_them(store: Store, file: Path) -> None:
    file.write_text("1 10\n1 11\n2 10\n1 12\n")
    dataset = ingest(store, ImportRequest([file], "walks"))
    frame = events(dataset)
    assert dataset.manifest.time_from_order
    assert list(frame["product"]) == ["10", "11", "10", "12"]
    assert frame["time"].is_monotonic_increasing and frame["time"].is_unique
    assert not prepare(dataset, Preparation(target_types=())).has_times


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01 10:00:00", "2024-05-01 10:00:00"),
        ("2024-05-01 10:00:00 UTC", "2024-05-01 10:00:00"),
        ("2024-05-01T10:00:00Z", "2024-05-01 10:00:00"),
        ("2024-05-01T10:00:00+02:00", "2024-05-01 08:00:00"),
        ("2024-05-01 10:00:00.25", "2024-05-01 10:00:00.25"),
        ("2024-05-01", "2024-05-01"),
        ("1714557600", "2024-05-01 10:00:00"),
        ("1714557600000", "2024-05-01 10:00:00"),
        ("31/05/2024 10:00", "2024-05-31 10:00:00"),
    ],
)
def test_the_notation_of_times_is_detected(
    store: Store, file: Path, text: str, expected: str
) -> None:
    file.write_text(f"user,item,time\nana,p1,{text}\n")
    assert events(ingest(store, ImportRequest([file], "log")))["time"].item() == pd.Timestamp(
        expected
    )


def test_the_format_of_times_can_be_set(store: Store, file: Path) -> None:
    file.write_text("user,item,time\nana,p1,20240501-10h\n")
    with pytest.raises(BadInput, match="give their format"):
        ingest(store, ImportRequest([file], "log"))
    dataset = ingest(store, ImportRequest([file], "log", time_format="%Y%m%d-%Hh"))
    assert events(dataset)["time"].item() == pd.Timestamp("2024-05-01 10:00")


@pytest.mark.parametrize(
    "other", ["007", "9223372036854775808123", "1e3", "3.5", "+5", "x" * 300, "ñandú"]
)
def test_one_other_id_among_integers_is_kept_exactly(store: Store, file: Path, other: str) -> None:
    file.write_text(HEAD + rows(300) + ROW.format(product=other, user=other))
    frame = events(ingest(store, ImportRequest([file], "log")))
    assert frame["product"].iloc[-1] == frame["user"].iloc[-1] == other
    assert len(frame) == 301


def test_events_with_negative_or_missing_prices_are_kept(store: Store, file: Path) -> None:
    file.write_text(HEAD + "".join(
        f"2019-11-01 00:00:00 UTC,purchase,1,c,b,{price},u\n" for price in ("-3.5", "NaN", "", "0")
    ))  # fmt: skip
    prices = events(ingest(store, ImportRequest([file], "log")))["price"]
    assert prices.fillna(-1).tolist() == [-3.5, -1, -1, 0]


def test_a_quoted_field_may_contain_line_breaks_quotes_and_delimiters(
    store: Store, file: Path
) -> None:
    title = 'a "new"\r\nred, car\n'
    quoted = '"' + title.replace('"', '""') + '"'
    file.write_bytes(
        f"user,item,time,title\nana,p1,2024-01-01,{quoted}\nana,p2,2024-01-02,x\n".encode()
    )
    dataset = ingest(store, ImportRequest([file], "log"))
    assert list(events(dataset)["title"]) == [title, "x"]
    assert summary(dataset)["rows_rejected"] == 0


def test_a_field_of_ten_megabytes_loses_no_row(store: Store, file: Path) -> None:
    file.write_text(f"user,item,time,title\nana,p1,2024-01-01,{'x' * 10_000_000}\n")
    assert list(events(ingest(store, ImportRequest([file], "log")))["title"]) == ["x" * 1_000]


def test_each_line_is_decoded_on_its_own(store: Store, file: Path) -> None:
    lines = ["user,item,time", "año,p1,2024-01-01", "año,p2,2024-01-02"]
    encoded = zip(lines, ("ascii", "utf-8", "cp1252"), strict=True)
    file.write_bytes(b"\n".join(line.encode(encoding) for line, encoding in encoded))
    assert list(events(ingest(store, ImportRequest([file], "log")))["user"]) == ["año", "año"]


def test_the_members_of_a_zip_archive_are_imported(store: Store, tmp_path: Path) -> None:
    archive = tmp_path / "logs.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("january.csv", "user,item,time\nu,a,2024-01-01\n")
        target.writestr("february.csv", "user,item,time\nu,b,2024-02-01\nu,c\n")
    dataset = ingest(store, ImportRequest([archive], "log"))
    assert list(events(dataset)["product"]) == ["a", "b"]
    assert list(rejects(dataset)["file"]) == ["logs.zip/february.csv"]
    assert not list(dataset.path.glob("member*"))


def test_parquet_types_are_converted(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.parquet"
    time = pd.to_datetime(["2024-01-01 10:00", "2024-01-02 00:00", None])
    pd.DataFrame(
        {"user_id": [1, 2, 3], "product_id": ["007", "8", "9"], "event_time": time}
    ).to_parquet(file)
    dataset = ingest(store, ImportRequest([file], "log"))
    assert list(events(dataset)["product"]) == ["007", "8"]
    assert list(events(dataset)["time"]) == list(time[:2])
    assert list(rejects(dataset)["reason"]) == ["time_missing"]


def test_a_mapping_corrects_the_guess(store: Store, file: Path) -> None:
    file.write_text("user,item,time,who\nana,p1,2024-01-01,eva\n")
    dataset = ingest(
        store, ImportRequest([file], "log", mapping={"user": "who", "product": "item"})
    )
    assert list(events(dataset)["user"]) == ["eva"]


def test_a_type_that_the_first_rows_do_not_have_is_known_all_the_same(
    store: Store, file: Path
) -> None:
    views = "".join(f"2019-11-01 00:00:01 UTC,View,{k % 7},,,9.90,{k % 5}\n" for k in range(2000))
    later = "2019-11-02 00:00:01 UTC, Order Completed,1,,,9.90,1\n"
    file.write_text(HEAD + views + later)
    types = events(ingest(store, ImportRequest([file], "log")))["type"].value_counts().to_dict()
    assert types == {"view": 2000, "purchase": 1}


def test_numbers_that_stand_for_types_are_said_to_be_unsure(store: Store, file: Path) -> None:
    file.write_text("user,item,behavior_type\n" + "".join(f"u,p{k},{k}\n" for k in range(1, 5)))
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    assert understood["types"]["4"] == "purchase"
    assert "--type" in understood["unsure"]["type"]
    chosen = ImportRequest([file], "other", types={"1": "view", "4": "purchase"})
    assert "type" not in ingest(store, chosen).manifest.summary["understood"]["unsure"]


def test_the_type_of_a_product_is_no_event_type(store: Store, file: Path) -> None:
    rows = "".join(f"{k % 5},{k % 7},2019-11-01,{('shoe', 'hat')[k % 2]}\n" for k in range(60))
    file.write_text("user_id,product_id,event_time,type\n" + rows)
    assert set(events(ingest(store, ImportRequest([file], "log")))["type"]) == {"purchase"}


def test_events_of_any_name_are_no_purchases(store: Store, file: Path) -> None:
    rows = "".join(f"{k % 5},{k % 7},2019-11-01,{('a', 'b', 'c')[k % 3]}\n" for k in range(60))
    file.write_text("user_id,product_id,event_time,event\n" + rows)
    assert set(events(ingest(store, ImportRequest([file], "log")))["type"]) == {"a", "b", "c"}


def test_large_ids_are_no_times(store: Store, file: Path) -> None:
    rows = "".join(f"{k % 5},{k % 7},{1_500_000_000 + k}\n" for k in range(60))
    file.write_text("user_id,product_id,id\n" + rows)
    dataset = ingest(store, ImportRequest([file], "log"))
    assert dataset.manifest.time_from_order
