import gzip
import hashlib
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.errors import BadInput, Cancelled
from data.home import Home
from data.ingest import ingest
from data.progress import Progress
from data.statistics import summary
from data.store import Dataset, Store

HEAD = "event_time,event_type,product_id,category_code,brand,price,user_id\n"
ROW = "2019-11-01 00:00:01 UTC,purchase,{product},toys.car,acme,9.90,{user}\n"


def rows(count: int) -> str:
    return "".join(ROW.format(product=k % 7, user=k % 5) for k in range(count))


def rejects(dataset: Dataset) -> pd.DataFrame:
    return pd.read_parquet(dataset.rejects)


def events(dataset: Dataset) -> pd.DataFrame:
    with dataset.connect() as connection:
        return connection.execute("FROM events ORDER BY row").df()


def left_behind(store: Store) -> list[Path]:
    return list(store.home.datasets.rglob("*"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def test_a_real_morning_of_a_shop(morning: Dataset) -> None:
    figures = summary(morning)
    assert figures["rows_read"] == 17_435
    assert figures["purchases"] == 214
    assert figures["rows_read"] == figures["rows_kept"] + figures["rows_rejected"]


def test_the_row_in_whose_middle_the_real_file_ends_is_kept_in_the_rejects(
    morning: Dataset,
) -> None:
    (reject,) = rejects(morning).to_dict("records")
    assert (reject["line"], reject["reason"]) == (17_436, "wrong_number_of_columns")
    assert reject["raw"].endswith("elenberg,25.71,52040330")


def test_a_real_year_of_groceries(groceries: Dataset) -> None:
    figures = summary(groceries)
    assert (figures["rows_read"], figures["rows_rejected"]) == (74_471, 0)
    assert (figures["purchases"], figures["users"], figures["products"]) == (74_471, 2_373, 20_805)


def test_the_summary_has_the_promised_keys(groceries: Dataset) -> None:
    promised = (
        "name rows_read rows_kept rows_rejected rejected_by_reason events purchases users products "
        "first_event last_event missing_category_share missing_brand_share repeat_share "
        "consecutive_repeat_share"
    )
    assert set(promised.split()) <= set(summary(groceries))


def test_the_manifest_knows_the_source_by_its_hash(groceries: Dataset, shared: Path) -> None:
    (source,) = groceries.manifest.sources
    content = (shared / source.name).read_bytes()
    assert source.sha256 == hashlib.sha256(content).hexdigest()
    assert source.bytes == len(content)


def test_movies_in_atomic_files_need_no_mapping(store: Store, shared: Path) -> None:
    figures = summary(ingest(store, [shared / "ml-100k.inter"], "movies"))
    assert (figures["events"], figures["users"], figures["products"]) == (100_000, 943, 1_682)
    assert figures["first_event"] == "1997-09-20T03:05:10Z"


WRITTEN = {
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


@pytest.mark.parametrize("way", WRITTEN)
def test_files_are_read_however_they_are_written(store: Store, file: Path, way: str) -> None:
    file.write_bytes(WRITTEN[way].encode("cp1252" if way == "windows-1252" else "utf-8"))
    dataset = ingest(store, [file], "log", mapping=_mapping(way))
    found = events(dataset)
    assert list(found["user"]) == ["ana"]
    assert list(found["product"]) == ["p1"]
    assert summary(dataset)["rejected_by_reason"] == {"user_missing": 1}
    assert list(rejects(dataset)["line"]) == [2 if way == "no header" else 3]


def _mapping(way: str) -> dict[str, str] | None:
    return {"item": "artículo"} if way == "windows-1252" else None


def test_a_decimal_comma_is_understood(store: Store, file: Path) -> None:
    file.write_text(WRITTEN["semicolons and missing users"].replace("NA", "eva"))
    assert list(events(ingest(store, [file], "log"))["price"]) == [3.49, 1234.5]


def test_utf_16_is_read(store: Store, file: Path) -> None:
    file.write_text("user,item,time\nana,p1,2024-01-02\nñ,p2,2024-01-02\n", encoding="utf-16")
    assert list(events(ingest(store, [file], "log"))["user"]) == ["ana", "ñ"]


def test_lines_of_user_and_item_are_in_order_of_time(store: Store, file: Path) -> None:
    file.write_text("1 10\n1 11\n2 10\n1 12\n")
    dataset = ingest(store, [file], "walks")
    found = events(dataset)
    assert dataset.manifest.time_from_order
    assert list(found["product"]) == ["10", "11", "10", "12"]
    assert found["time"].is_monotonic_increasing and found["time"].is_unique


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-05-01 10:00:00", "2024-05-01 10:00:00"),
        ("2024-05-01 10:00:00 UTC", "2024-05-01 10:00:00"),
        ("2024-05-01T10:00:00Z", "2024-05-01 10:00:00"),
        ("2024-05-01T10:00:00+02:00", "2024-05-01 08:00:00"),
        ("2024-05-01 10:00:00.25", "2024-05-01 10:00:00.25"),
        ("2024-05-01", "2024-05-01"),
        ("1714557600", "2024-05-01 10:00:00"),
        ("1714557600000", "2024-05-01 10:00:00"),
        ("01/05/2024 10:00", "2024-05-01 10:00:00"),
    ],
)
def test_times_are_understood(store: Store, file: Path, written: str, meant: str) -> None:
    file.write_text(f"user,item,time\nana,p1,{written}\n")
    assert events(ingest(store, [file], "log"))["time"].item() == pd.Timestamp(meant)


def test_a_format_of_times_can_be_given(store: Store, file: Path) -> None:
    file.write_text("user,item,time\nana,p1,20240501-10h\n")
    with pytest.raises(BadInput, match="give their format"):
        ingest(store, [file], "log")
    dataset = ingest(store, [file], "log", time_format="%Y%m%d-%Hh")
    assert events(dataset)["time"].item() == pd.Timestamp("2024-05-01 10:00")


@pytest.mark.parametrize(
    "odd", ["007", "9223372036854775808123", "1e3", "3.0", "+5", "x" * 300, "ñandú", " 4"]
)
def test_one_odd_id_among_whole_numbers_survives_exactly(
    store: Store, file: Path, odd: str
) -> None:
    file.write_text(HEAD + rows(300) + ROW.format(product=odd, user=odd))
    found = events(ingest(store, [file], "log"))
    assert found["product"].iloc[-1] == found["user"].iloc[-1] == odd
    assert len(found) == 301


def test_a_ragged_row_is_kept_in_the_rejects(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(3) + "2019-11-01,purchase,8\n" + rows(2) + rows(1).strip() + ",x\n")
    dataset = ingest(store, [file], "log")
    assert list(rejects(dataset)["line"]) == [5, 8]
    assert list(rejects(dataset)["raw"]) == ["2019-11-01,purchase,8", rows(1).strip() + ",x"]
    assert summary(dataset)["rows_kept"] == 5


DAMAGE = {
    "time_unreadable": "yesterday,purchase,1,c,b,1,u",
    "time_missing": ",purchase,1,c,b,1,u",
    "time_out_of_range": "9999-12-31 00:00:00 UTC,purchase,1,c,b,1,u",
    "product_missing": "2019-11-01 00:00:00 UTC,purchase,,c,b,1,u",
    "user_missing": "2019-11-01 00:00:00 UTC,purchase,1,c,b,1,",
    "price_unreadable": "2019-11-01 00:00:00 UTC,purchase,1,c,b,cheap,u",
    "header_again": HEAD.strip(),
    "open_quote": '2019-11-01 00:00:00 UTC,purchase,1,"c,b,1,u',
    "nul_byte": "2019-11-01 00:00:00 UTC,purchase,1,c\0,b,1,u",
    "wrong_number_of_columns": "2019-11-01 00:00:00 UTC,purchase",
}


@pytest.mark.parametrize("reason", DAMAGE)
def test_a_damaged_row_is_kept_with_its_reason_line_and_text(
    store: Store, file: Path, reason: str
) -> None:
    file.write_text(HEAD + rows(250) + DAMAGE[reason] + "\n" + rows(250))
    dataset = ingest(store, [file], "log")
    (reject,) = rejects(dataset).to_dict("records")
    assert (reject["file"], reject["line"]) == ("log.csv", 252)
    assert (reject["reason"], reject["raw"]) == (reason, DAMAGE[reason])
    assert summary(dataset)["rows_kept"] == 500


def test_a_header_that_stands_there_again_is_no_event_even_without_times(
    store: Store, file: Path
) -> None:
    file.write_text("user,item\nana,p1\nuser,item\nana,p2\n")
    dataset = ingest(store, [file], "log")
    assert list(events(dataset)["product"]) == ["p1", "p2"]
    assert list(rejects(dataset)["reason"]) == ["header_again"]


def test_year_0_is_no_time(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(1) + DAMAGE["time_missing"].replace(",", "0000-01-01,", 1) + "\n")
    (reason,) = rejects(ingest(store, [file], "log"))["reason"]
    assert reason in {"time_unreadable", "time_out_of_range"}


def test_negative_and_missing_prices_are_kept(store: Store, file: Path) -> None:
    file.write_text(HEAD + "".join(
        f"2019-11-01 00:00:00 UTC,purchase,1,c,b,{price},u\n" for price in ("-3.5", "NaN", "", "0")
    ))  # fmt: skip
    prices = events(ingest(store, [file], "log"))["price"]
    assert prices.fillna(-1).tolist() == [-3.5, -1, -1, 0]


def test_a_field_may_hold_line_breaks_quotes_and_delimiters(store: Store, file: Path) -> None:
    title = 'a "new"\r\nred, car\n'
    quoted = '"' + title.replace('"', '""') + '"'
    file.write_bytes(
        f"user,item,time,title\nana,p1,2024-01-01,{quoted}\nana,p2,2024-01-02,x\n".encode()
    )
    dataset = ingest(store, [file], "log")
    assert list(events(dataset)["title"]) == [title, "x"]
    assert summary(dataset)["rows_rejected"] == 0


def test_ten_megabytes_in_one_field(store: Store, file: Path) -> None:
    file.write_text(f"user,item,time,title\nana,p1,2024-01-01,{'x' * 10_000_000}\n")
    assert events(ingest(store, [file], "log"))["title"].str.len().item() == 10_000_000


def test_lines_in_different_encodings(store: Store, file: Path) -> None:
    lines = ["user,item,time", "año,p1,2024-01-01", "año,p2,2024-01-02"]
    encoded = zip(lines, ("ascii", "utf-8", "cp1252"), strict=True)
    file.write_bytes(b"\n".join(line.encode(encoding) for line, encoding in encoded))
    assert list(events(ingest(store, [file], "log"))["user"]) == ["año", "año"]


def test_a_gzip_file_that_breaks_off_gives_what_it_holds(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.csv.gz"
    whole = gzip.compress((HEAD + rows(50_000)).encode())
    file.write_bytes(whole[: len(whole) * 2 // 3])
    dataset = ingest(store, [file], "log")
    figures = summary(dataset)
    assert 1000 < figures["rows_kept"] < 50_000
    assert list(rejects(dataset)["reason"]) == ["file_ends_early"]
    assert figures["rows_read"] == figures["rows_kept"] + 1


def test_several_files_are_one_dataset_in_their_order(store: Store, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.csv" for name in "ba"]
    for file in files:
        file.write_text(f"user,item,time\nu,{file.stem},2024-01-01\n")
    assert list(events(ingest(store, files, "log"))["product"]) == ["b", "a"]


def test_the_members_of_a_zip_archive_are_files(store: Store, tmp_path: Path) -> None:
    archive = tmp_path / "logs.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("january.csv", "user,item,time\nu,a,2024-01-01\n")
        target.writestr("february.csv", "user,item,time\nu,b,2024-02-01\nu,c\n")
    dataset = ingest(store, [archive], "log")
    assert list(events(dataset)["product"]) == ["a", "b"]
    assert list(rejects(dataset)["file"]) == ["logs.zip/february.csv"]
    assert not list(dataset.path.glob("member*"))


def test_parquet_is_read_with_its_own_types(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.parquet"
    time = pd.to_datetime(["2024-01-01 10:00", "2024-01-02 00:00", None])
    pd.DataFrame(
        {"user_id": [1, 2, 3], "product_id": ["007", "8", "9"], "event_time": time}
    ).to_parquet(file)
    dataset = ingest(store, [file], "log")
    assert list(events(dataset)["product"]) == ["007", "8"]
    assert list(events(dataset)["time"]) == list(time[:2])
    assert list(rejects(dataset)["reason"]) == ["time_missing"]


def test_files_can_be_added_later(store: Store, tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text(HEAD + rows(10) + "x\n")
    second.write_text(HEAD + rows(20).replace("-01 ", "-02 ") + ROW.format(product="new", user="u"))
    ingest(store, [first], "log")
    dataset = ingest(store, [second], "log", mode="append")
    found = events(dataset)
    assert list(found["row"]) == list(range(31))
    assert found["product"].iloc[-1] == "new"
    figures = summary(dataset)
    assert (figures["rows_read"], figures["rows_rejected"], figures["events"]) == (32, 1, 31)
    assert [source.name for source in dataset.manifest.sources] == ["1.csv", "2.csv"]


def test_two_who_add_at_once_do_not_lose_what_the_other_added(store: Store, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.csv" for number in range(3)]
    for number, file in enumerate(files):
        file.write_text(f"user,item,time\nu,p{number},2024-01-01\n")
    ingest(store, files[:1], "log")

    def meanwhile(progress: Progress) -> None:
        if progress.stage == "summarising" and len(store.open("log").manifest.sources) == 1:
            ingest(store, files[1:2], "log", mode="append")

    with pytest.raises(BadInput, match="was changed meanwhile"):
        ingest(store, files[2:], "log", mode="append", progress=meanwhile)
    assert list(events(store.open("log"))["product"]) == ["p0", "p1"]
    dataset = ingest(store, files[2:], "log", mode="append")
    assert list(events(dataset)["product"]) == ["p0", "p1", "p2"]


def test_the_same_file_twice_is_noticed(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(10))
    ingest(store, [file], "log")
    with pytest.raises(BadInput, match="the same file"):
        ingest(store, [file], "log", mode="append")
    with pytest.raises(BadInput, match="the same file"):
        ingest(store, [file, file], "twice")
    assert store.open("log").manifest.summary["events"] == 10


def test_a_dataset_is_only_replaced_where_asked(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(10))
    old = ingest(store, [file], "log")
    file.write_text(HEAD + rows(20))
    with pytest.raises(BadInput, match="exists already"):
        ingest(store, [file], "log")
    new = ingest(store, [file], "log", mode="replace")
    assert summary(new)["events"] == 20
    assert new.fingerprint != old.fingerprint
    assert not old.path.exists()


REFUSED = {
    "missing": (None, "There is no file"),
    "empty": (b"", "is empty"),
    "header only": (HEAD.encode(), "no rows"),
    "other columns": (b"name,address\nana,here\n", "no column that looks like"),
    "garbage": (bytes(range(256)) * 40, "."),
    "prose": (b"It was a dark night.\nNobody came.\nThe end\n", "no column"),
    "no user": (b"user,item,time\nNA,p1,2024-01-01\n", "No row .* could be read"),
    "damaged gzip": (b"\x1f\x8b\x08\x00garbage", "damaged"),
    "damaged parquet": (b"PAR1 garbage", "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("way", REFUSED)
def test_bad_input_gets_one_sentence_and_leaves_nothing(store: Store, file: Path, way: str) -> None:
    content, sentence = REFUSED[way]
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadInput, match=sentence) as error:
        ingest(store, [file], "log")
    assert "\n" not in str(error.value)
    assert left_behind(store) == []


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", ".hidden", "x" * 61, "a b", "a\n"])
def test_a_name_that_is_no_folder_is_refused(store: Store, file: Path, name: str) -> None:
    file.write_text(HEAD + rows(1))
    with pytest.raises(BadInput, match="cannot be a dataset's name"):
        ingest(store, [file], name)
    assert left_behind(store) == []


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [({"buyer": "user"}, "not a column of an event"), ({"user": "who"}, "has no column who")],
)
def test_a_wrong_mapping_is_named(
    store: Store, file: Path, mapping: dict[str, str], sentence: str
) -> None:
    file.write_text("user,item,time\nana,p1,2024-01-01\n")
    with pytest.raises(BadInput, match=sentence):
        ingest(store, [file], "log", mapping=mapping)


def test_a_mapping_corrects_the_guess(store: Store, file: Path) -> None:
    file.write_text("user,item,time,who\nana,p1,2024-01-01,eva\n")
    dataset = ingest(store, [file], "log", mapping={"user": "who", "product": "item"})
    assert list(events(dataset)["user"]) == ["eva"]


def test_a_stopped_import_leaves_nothing(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(1000))
    with pytest.raises(Cancelled):
        ingest(store, [file], "log", cancelled=lambda: True)
    assert left_behind(store) == []


def test_an_import_stops_while_it_summarises_too(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(1000))
    seen: list[Progress] = []
    summarising = lambda: bool(seen) and seen[-1].stage == "summarising"  # noqa: E731
    with pytest.raises(Cancelled):
        ingest(store, [file], "log", progress=seen.append, cancelled=summarising)
    assert left_behind(store) == []


def test_progress_ends_with_every_byte_and_row(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(1000))
    seen: list[Progress] = []
    ingest(store, [file], "log", progress=seen.append)
    assert (seen[-1].bytes_done, seen[-1].rows) == (file.stat().st_size, 1000)
    assert seen[-1].stage == "summarising"
    done = [step.bytes_done for step in seen]
    assert done == sorted(done)


@pytest.mark.parametrize("name", ["log.csv", "log.parquet"])
def test_events_keep_the_order_of_the_file_however_many_threads_read_it(
    tmp_path: Path, name: str
) -> None:
    count = 600_000
    table = pd.DataFrame({"user_id": 1, "product_id": np.arange(count), "event_type": "purchase"})
    file = tmp_path / name
    if name.endswith("csv"):
        table.to_csv(file, index=False)
    else:
        table.to_parquet(file, row_group_size=100_000)
    dataset = ingest(Store(Home(tmp_path / "home")), [file], "log")
    with dataset.connect() as connection:
        found = connection.execute("SELECT product_key FROM events ORDER BY row").fetchnumpy()
    assert (found["product_key"] == np.arange(count)).all()
