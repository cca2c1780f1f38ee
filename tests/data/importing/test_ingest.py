"""An import creates or changes a dataset completely or not at all."""

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput, Cancelled
from data.exploration.statistics import summary
from data.home import Home
from data.importing import ingest as ingest_module
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.progress import ImportProgress
from tests.data.logs import HEAD, ROW, events, left_behind, rows


def test_a_real_log_of_views_carts_and_purchases_is_imported(morning: Dataset) -> None:
    figures = summary(morning)
    assert figures["rows_read"] == 17_435
    assert figures["purchases"] == 214
    assert figures["rows_read"] == figures["rows_kept"] + figures["rows_rejected"]


def test_a_real_log_of_grocery_purchases_is_imported(published_groceries: Dataset) -> None:
    figures = summary(published_groceries)
    assert (figures["rows_read"], figures["rows_rejected"]) == (74_471, 0)
    assert (figures["purchases"], figures["users"], figures["products"]) == (74_471, 2_373, 20_805)


def test_the_summary_has_the_documented_keys(groceries: Dataset) -> None:
    promised = (
        "name rows_read rows_kept rows_rejected rejected_by_reason events purchases users products "
        "first_event last_event missing_category_share missing_brand_share repeat_share "
        "consecutive_repeat_share"
    )
    assert set(promised.split()) <= set(summary(groceries))


def test_the_manifest_has_the_hash_of_the_source(groceries: Dataset, grocery_log: Path) -> None:
    (source,) = groceries.manifest.sources
    content = grocery_log.read_bytes()
    assert source.sha256 == hashlib.sha256(content).hexdigest()
    assert source.bytes == len(content)


def test_several_files_are_one_dataset_in_their_order(store: Store, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.csv" for name in "ba"]
    for file in files:
        file.write_text(f"user,item,time\nu,{file.stem},2024-01-01\n")
    assert list(events(ingest(store, ImportRequest(files, "log")))["product"]) == ["b", "a"]


def test_files_can_be_added_later(store: Store, tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text(HEAD + rows(10) + "x\n")
    second.write_text(HEAD + rows(20).replace("-01 ", "-02 ") + ROW.format(product="new", user="u"))
    ingest(store, ImportRequest([first], "log"))
    dataset = ingest(store, ImportRequest([second], "log", mode="append"))
    frame = events(dataset)
    assert list(frame["row"]) == list(range(31))
    assert frame["product"].iloc[-1] == "new"
    figures = summary(dataset)
    assert (figures["rows_read"], figures["rows_rejected"], figures["events"]) == (32, 1, 31)
    assert [source.name for source in dataset.manifest.sources] == ["1.csv", "2.csv"]


def test_a_second_append_at_the_same_time_is_refused_and_loses_no_event(
    store: Store, tmp_path: Path
) -> None:
    files = [tmp_path / f"{number}.csv" for number in range(3)]
    for number, file in enumerate(files):
        file.write_text(f"user,item,time\nu,p{number},2024-01-01\n")
    ingest(store, ImportRequest(files[:1], "log"))

    before = store.open("log")
    refused: list[str] = []

    def meanwhile(progress: ImportProgress) -> None:
        if progress.stage == "summarising" and not refused:
            with pytest.raises(BadInput) as error:
                ingest(store, ImportRequest(files[1:2], "log", mode="append"))
            refused.append(str(error.value))

    ingest(store, ImportRequest(files[2:], "log", mode="append"), on_progress=meanwhile)
    assert refused == ["Dataset log is being imported already."]
    assert list(events(store.open("log"))["product"]) == ["p0", "p2"]
    dataset = ingest(store, ImportRequest(files[1:2], "log", mode="append"))
    assert list(events(dataset)["product"]) == ["p0", "p2", "p1"]
    with pytest.raises(BadInput, match="was changed meanwhile"):
        store.commit("log", before.manifest, replace=True, added_to=before)


def test_an_added_file_is_read_as_the_first_one_was(store: Store, tmp_path: Path) -> None:
    """What a person said of the columns of the first file holds for those that follow."""
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    head = "buyer,a,b,time\n"
    first.write_text(head + "u1,p1,q1,2024-01-01\nu2,p2,q2,2024-01-02\n")
    second.write_text(head + "u1,p3,q3,2024-01-03\nu2,p4,q4,2024-01-04\n")
    mapping = {"user": "buyer", "product": "b"}
    ingest(store, ImportRequest([first], "log", mapping))
    dataset = ingest(store, ImportRequest([second], "log", mode="append"))
    assert list(events(dataset)["product"]) == ["q1", "q2", "q3", "q4"]
    assert dataset.manifest.mapping["product"] == "b"


def test_rows_that_an_earlier_file_has_are_counted(store: Store, tmp_path: Path) -> None:
    """Weekly exports overlap: the last day of one is the first day of the next."""
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    head = "user,item,time,price\n"
    first.write_text(head + "u1,p1,2024-01-01,1\nu1,p2,2024-01-02,\nu2,p2,2024-01-02,3\n")
    second.write_text(head + "u1,p2,2024-01-02,\nu2,p2,2024-01-02,4\nu2,p3,2024-01-03,1\n")
    ingest(store, ImportRequest([first], "log"))
    dataset = ingest(store, ImportRequest([second], "log", mode="append"))
    assert dataset.manifest.summary["repeated_rows"] == 1
    assert dataset.manifest.summary["events"] == 6


def test_a_file_that_the_dataset_holds_already_is_refused(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(10))
    ingest(store, ImportRequest([file], "log"))
    with pytest.raises(BadInput, match="the same file"):
        ingest(store, ImportRequest([file], "log", mode="append"))
    with pytest.raises(BadInput, match="the same file"):
        ingest(store, ImportRequest([file, file], "twice"))
    assert store.open("log").manifest.summary["events"] == 10


def test_a_dataset_is_replaced_in_mode_replace_only(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(10))
    old = ingest(store, ImportRequest([file], "log"))
    file.write_text(HEAD + rows(20))
    with pytest.raises(BadInput, match="exists already"):
        ingest(store, ImportRequest([file], "log"))
    new = ingest(store, ImportRequest([file], "log", mode="replace"))
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


@pytest.mark.parametrize("form", REFUSED)
def test_bad_input_gets_one_sentence_and_leaves_nothing(
    store: Store, file: Path, form: str
) -> None:
    content, sentence = REFUSED[form]
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadInput, match=sentence) as error:
        ingest(store, ImportRequest([file], "log"))
    assert "\n" not in str(error.value)
    assert left_behind(store) == []


@pytest.mark.parametrize("table", ["log", "products"])
def test_a_pipe_is_refused_and_not_waited_for(store: Store, file: Path, table: str) -> None:
    file.write_text(HEAD + rows(1))
    pipe = file.with_name("pipe.csv")
    os.mkfifo(pipe)
    request = (
        ImportRequest([pipe], "log")
        if table == "log"
        else ImportRequest([file], "log", products=pipe)
    )
    with pytest.raises(BadInput, match="is a pipe or a device"):
        ingest(store, request)
    assert left_behind(store) == []


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", ".hidden", "x" * 61, "a b", "a\n"])
def test_an_invalid_name_is_refused(store: Store, file: Path, name: str) -> None:
    file.write_text(HEAD + rows(1))
    with pytest.raises(BadInput, match="cannot be a dataset's name"):
        ingest(store, ImportRequest([file], name))
    assert left_behind(store) == []


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [({"buyer": "user"}, "not a column of an event"), ({"user": "who"}, "has no column who")],
)
def test_the_error_for_a_wrong_mapping_names_the_column(
    store: Store, file: Path, mapping: dict[str, str], sentence: str
) -> None:
    file.write_text("user,item,time\nana,p1,2024-01-01\n")
    with pytest.raises(BadInput, match=sentence):
        ingest(store, ImportRequest([file], "log", mapping=mapping))


def test_a_stopped_import_leaves_nothing(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(1000))
    with pytest.raises(Cancelled):
        ingest(store, ImportRequest([file], "log"), should_stop=lambda: True)
    assert left_behind(store) == []


@pytest.mark.parametrize("changed", ["log.csv", "users.csv"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    log, users = tmp_path / "log.csv", tmp_path / "users.csv"
    log.write_text(HEAD + rows(10))
    users.write_text("user_id,age\n1,20\n")
    read = ingest_module.import_file

    def read_while_it_grows(*arguments: Any) -> Any:
        result = read(*arguments)
        with (tmp_path / changed).open("a") as file:
            file.write(ROW if changed == "log.csv" else "2,30\n")
        return result

    monkeypatch.setattr(ingest_module, "import_file", read_while_it_grows)
    with pytest.raises(BadInput, match=f"{changed} was changed while it was read; import it again"):
        ingest(store, ImportRequest([log], "log", buyers=users))
    assert left_behind(store) == []


def test_an_import_can_be_stopped_while_it_summarises(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(1000))
    seen: list[ImportProgress] = []
    summarising = lambda: bool(seen) and seen[-1].stage == "summarising"  # noqa: E731
    with pytest.raises(Cancelled):
        request = ImportRequest([file], "log")
        ingest(store, request, on_progress=seen.append, should_stop=summarising)
    assert left_behind(store) == []


def test_progress_ends_with_every_byte_and_row(store: Store, file: Path) -> None:
    file.write_text(HEAD + rows(1000))
    seen: list[ImportProgress] = []
    ingest(store, ImportRequest([file], "log"), on_progress=seen.append)
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
    dataset = ingest(Store(Home(tmp_path / "home")), ImportRequest([file], "log"))
    with dataset.connect() as connection:
        result = connection.execute("SELECT product_key FROM events ORDER BY row").fetchnumpy()
    assert (result["product_key"] == np.arange(count)).all()
