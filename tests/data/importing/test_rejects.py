"""Rows that cannot be read are kept as rejects, with line, reason and text."""

import bz2
import gzip
import io
import lzma
import random
import tarfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.exploration.statistics import summary
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.data.logs import HEAD, events, rejects, rows


def test_the_truncated_last_row_of_a_real_file_is_rejected(
    morning: Dataset,
) -> None:
    (reject,) = rejects(morning).to_dict("records")
    assert (reject["line"], reject["reason"]) == (17_436, "wrong_number_of_columns")
    assert reject["raw"].endswith("elenberg,25.71,52040330")


def test_a_row_with_too_few_or_many_fields_is_rejected(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(3) + "2019-11-01,purchase,8\n" + rows(2) + rows(1).strip() + ",x\n")
    dataset = ingest(store, ImportRequest([file], "log"))
    assert list(rejects(dataset)["line"]) == [5, 8]
    assert list(rejects(dataset)["raw"]) == ["2019-11-01,purchase,8", rows(1).strip() + ",x"]
    assert summary(dataset)["rows_kept"] == 5


DAMAGE = {
    "time_unreadable": "yesterday,purchase,1,c,b,1,u",
    "time_missing": ",purchase,1,c,b,1,u",
    "time_out_of_range": "9999-12-31 00:00:00 UTC,purchase,1,c,b,1,u",
    "product_missing": "2019-11-01 00:00:00 UTC,purchase,,c,b,1,u",
    "user_missing": "2019-11-01 00:00:00 UTC,purchase,1,c,b,1,",
    "header_again": HEAD.strip(),
    "open_quote": '2019-11-01 00:00:00 UTC,purchase,1,"c,b,1,u',
    "nul_byte": "2019-11-01 00:00:00 UTC,purchase,1,c\0,b,1,u",
    "wrong_number_of_columns": "2019-11-01 00:00:00 UTC,purchase",
}


@pytest.mark.slow
@pytest.mark.parametrize("reason", DAMAGE)
def test_a_damaged_row_is_rejected_with_its_reason_line_and_text(
    store: Store, file: Path, reason: str
) -> None:
    file.write_text(HEAD + rows(250) + DAMAGE[reason] + "\n" + rows(250))
    dataset = ingest(store, ImportRequest([file], "log"))
    (reject,) = rejects(dataset).to_dict("records")
    assert (reject["file"], reject["line"]) == ("log.csv", 252)
    assert (reject["reason"], reject["raw"]) == (reason, DAMAGE[reason])
    assert summary(dataset)["rows_kept"] == 500


def test_an_event_whose_price_cannot_be_read_is_kept_without_it(store: Store, file: Path) -> None:
    cheap = "2019-11-01 00:00:00 UTC,purchase,1,c,b,cheap,u\n"
    file.write_text(HEAD + rows(250) + cheap + rows(250))
    dataset = ingest(store, ImportRequest([file], "log"))
    assert summary(dataset)["rows_kept"] == 501
    assert summary(dataset)["unreadable_prices"] == 1
    assert events(dataset)["price"].isna().sum() == 1


def test_a_repeated_header_is_rejected_even_without_times(store: Store, file: Path) -> None:
    file.write_text("user,item\nana,p1\nuser,item\nana,p2\n")
    dataset = ingest(store, ImportRequest([file], "log"))
    assert list(events(dataset)["product"]) == ["p1", "p2"]
    assert list(rejects(dataset)["reason"]) == ["header_again"]


NUMBERED = {
    "pairs": ("1 1\n1 2\n1 3\n2 1\n", 4, 0),
    "pairs and a ragged row": ("1 1\n1 2\n1 3\n2\n", 3, 1),
    "commas": ("1,1\n1,2\n1,3\n", 3, 0),
    "times and a ragged row": ("1\t5\t1433221332\n1\t2\t3\n2\t5\t1433221333\n1\n", 3, 1),
}  # a ragged row makes the import read line by line


@pytest.mark.parametrize("form", NUMBERED)
def test_a_row_of_column_numbers_is_an_event_in_a_file_without_a_header(
    store: Store, file: Path, form: str
) -> None:
    text, kept, rejected = NUMBERED[form]
    file.write_text(text)
    dataset = ingest(store, ImportRequest([file], "log"))
    figures = summary(dataset)
    assert (figures["rows_kept"], figures["rows_rejected"]) == (kept, rejected)
    assert list(events(dataset)[["user", "product"]].iloc[1]) == ["1", "2"]


def test_a_row_of_column_numbers_is_an_event_in_a_parquet_file_with_numbered_columns(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "log.parquet"
    pd.DataFrame({"1": [1, 1, 2], "2": [1, 2, 1]}).to_parquet(file)
    assert list(events(ingest(store, ImportRequest([file], "log")))["product"]) == ["1", "2", "1"]


def test_year_0_is_rejected(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(1) + DAMAGE["time_missing"].replace(",", "0000-01-01,", 1) + "\n")
    (reason,) = rejects(ingest(store, ImportRequest([file], "log")))["reason"]
    assert reason in {"time_unreadable", "time_out_of_range"}


def test_a_truncated_gzip_file_is_imported_up_to_the_truncation(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv.gz"
    whole = gzip.compress((HEAD + rows(50_000)).encode())
    file.write_bytes(whole[: len(whole) * 2 // 3])
    dataset = ingest(store, ImportRequest([file], "log"))
    figures = summary(dataset)
    assert 1000 < figures["rows_kept"] < 50_000
    assert list(rejects(dataset)["reason"]) == ["file_ends_early"]
    assert figures["rows_read"] == figures["rows_kept"] + 1


@pytest.mark.slow
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("missing", [4, 20_000])
def test_a_compressed_file_that_ends_too_early_is_named_with_the_rows_that_were_read(
    pack: Callable[[bytes], bytes], missing: int, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv.packed"
    source = random.Random(1)
    lines = "".join(f"{source.random()},{k}\n" for k in range(100_000))
    file.write_bytes(pack(("user_id,product_id\n" + lines).encode())[:-missing])
    figures = summary(ingest(store, ImportRequest([file], "log")))
    said = figures["understood"]["unsure"]["rows"]
    assert said.startswith("log.csv.packed ends too early")
    assert f"{figures['rows_read']:,} rows were read" in said


def jsonl(lines: int) -> bytes:
    source = random.Random(1)
    return "".join(
        f'{{"user_id": {source.random()}, "product_id": {k}}}\n' for k in range(lines)
    ).encode()


def table(lines: int) -> bytes:
    source = random.Random(1)
    rows = "".join(f"{source.random()},{k}\n" for k in range(lines))
    return ("user_id,product_id\n" + rows).encode()


def item_lists(lines: int) -> bytes:
    source = random.Random(1)
    rows = ((k, *(source.randrange(10**6) for _item in range(k % 5 + 2))) for k in range(lines))
    return "".join(" ".join(map(str, row)) + "\n" for row in rows).encode()


@pytest.mark.parametrize(
    "content",
    [
        jsonl(50_000),
        table(50_000).decode().encode("utf-16"),
        table(50_000).replace(b"\n", b"\r"),
        item_lists(50_000),
    ],
    ids=["JSON lines", "UTF-16", "line ends of old Macs", "one line a buyer"],
)
def test_the_missing_end_is_said_of_every_form_of_a_log(
    content: bytes, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "log.gz"
    file.write_bytes(gzip.compress(content)[:-20_000])
    figures = summary(ingest(store, ImportRequest([file], "log")))
    assert "ends too early" in figures["understood"]["unsure"]["rows"]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_an_archive_without_its_end_is_refused(mode: str, store: Store, tmp_path: Path) -> None:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode=mode) as archive:  # type: ignore[call-overload]
        member = tarfile.TarInfo("log.csv")
        member.size = len(table(50_000))
        archive.addfile(member, io.BytesIO(table(50_000)))
    file = tmp_path / "log.tar"
    file.write_bytes(whole.getvalue()[:-30_000])
    with pytest.raises(BadInput, match="incomplete archive"):
        ingest(store, ImportRequest([file], "log"))
