"""Quantities are read and stored; negative ones are returns, zeros are rejected."""

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.exploration.statistics import summary
from data.home import Home
from data.importing.ingest import ingest
from data.importing.preview import preview
from data.importing.request import ImportRequest
from tests.data.logs import events, rejects

HOMES = Path(__file__).resolve().parents[2] / "homes"
INVOICES = (
    "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID\n"
    "489434,22000,MUG,6,2009-12-01 07:45:00,1.25,13085\n"
    "489435,22001,CUP,1,2009-12-01 08:45:00,2.25,13086\n"
    "C489436,22000,MUG,-2,2009-12-02 07:45:00,1.25,13085\n"
)


def imported(store: Store, file: Path, text: str) -> Dataset:
    file.write_text(text)
    return ingest(store, ImportRequest([file], "log"))


def test_a_quantity_is_stored_and_a_negative_one_is_a_return(store: Store, file: Path) -> None:
    frame = events(imported(store, file, INVOICES))
    assert list(frame["quantity"]) == [6, 1, 2]
    assert list(frame["type"]) == ["purchase", "purchase", "return"]


def test_money_counts_every_unit(store: Store, file: Path) -> None:
    with imported(store, file, INVOICES).connect() as connection:
        spent = dict(connection.execute("SELECT user, spent FROM users").fetchall())
        revenue = dict(connection.execute("SELECT product, revenue FROM products").fetchall())
    assert spent == {"13085": 7.5, "13086": 2.25}
    assert revenue == {"22000": 7.5, "22001": 2.25}


def test_money_without_any_price_is_missing_and_not_zero(store: Store, file: Path) -> None:
    row = "489438,22002,JUG,1,2009-12-03 07:45:00,,13087\n"
    with imported(store, file, INVOICES + row).connect() as connection:
        spent = dict(connection.execute("SELECT user, spent FROM users").fetchall())
        revenue = dict(connection.execute("SELECT product, revenue FROM products").fetchall())
    assert (spent["13087"], revenue["22002"]) == (None, None)


def test_a_quantity_of_zero_is_rejected(store: Store, file: Path) -> None:
    row = "489437,22000,MUG,0,2009-12-03 07:45:00,1.25,13085\n"
    dataset = imported(store, file, INVOICES + row)
    assert summary(dataset)["rejected_by_reason"] == {"quantity_zero": 1}
    assert list(rejects(dataset)["column"]) == ["Quantity"]


@pytest.mark.parametrize(
    ("written", "values"),
    [
        (["2", "12", "1"], [2, 12, 1]),
        (["2.0", "12.0", "1.5"], [2, 12, 1.5]),
        (["1,5", "0,25", "12"], [1.5, 0.25, 12]),
        (["2 pcs", "12 pcs", "1 pc"], [2, 12, 1]),
        (["1,200.5", "12", "(3)"], [1200.5, 12, 3]),
    ],
)
def test_notations_of_quantities(
    store: Store, file: Path, written: list[str], values: list[float]
) -> None:
    rows = [f"u{k};p1;2024-01-0{k + 1};{text}\n" for k, text in enumerate(written)]
    dataset = imported(store, file, "user;item;time;qty\n" + "".join(rows))
    assert list(events(dataset)["quantity"]) == values


def test_a_quantity_that_cannot_be_read_is_missing_and_counted(store: Store, file: Path) -> None:
    rows = [f"u{k},p1,2024-01-01,{'many' if k == 7 else k + 1}\n" for k in range(20)]
    dataset = imported(store, file, "user,item,time,units\n" + "".join(rows))
    assert summary(dataset)["unreadable_quantities"] == 1
    assert events(dataset)["quantity"].isna().sum() == 1
    assert summary(dataset)["rows_kept"] == 20


def test_a_column_of_words_is_no_quantity(store: Store, file: Path) -> None:
    dataset = imported(store, file, "user,item,time,pieces\nu,p,2024-01-01,blue\n")
    assert "quantity" not in dataset.manifest.mapping


@pytest.mark.parametrize("name", ["sales_value", "Revenue"])
def test_the_price_of_all_units_is_divided_by_the_quantity(
    store: Store, file: Path, tmp_path: Path, name: str
) -> None:
    text = (
        f"household_key,product_id,time,quantity,{name}\na,p,2024-01-01,4,10\nb,p,2024-01-02,,3\n"
    )
    dataset = imported(store, file, text + "b,p,2024-01-03,-2,-5\n")
    assert list(events(dataset)["price"]) == [2.5, 3, 2.5]
    sample = preview(ImportRequest([file], ""), tmp_path)
    assert sample
    assert "divided by the quantity" in sample.understood["price"]


def test_a_price_of_one_unit_is_not_divided(store: Store, file: Path) -> None:
    dataset = imported(store, file, "user,item,time,quantity,unit_price\na,p,2024-01-01,4,10\n")
    assert list(events(dataset)["price"]) == [10]


def test_a_log_without_quantities_has_none(store: Store, file: Path) -> None:
    dataset = imported(store, file, "user,item,time,price\na,p,2024-01-01,5\nb,p,2024-01-01,5\n")
    with dataset.connect() as connection:
        assert connection.execute("SELECT quantity FROM purchases").fetchall() == [(None,)] * 2
        assert connection.execute("SELECT revenue FROM products").fetchall() == [(10,)]
    assert "quantity" not in dataset.manifest.columns


@pytest.fixture
def old_store(tmp_path: Path) -> Store:
    with tarfile.open(HOMES / "v0.1.0.tar.xz") as archive:
        archive.extractall(tmp_path)
    return Store(Home(tmp_path / "home"))


def test_a_dataset_of_an_earlier_version_has_no_quantities(old_store: Store) -> None:
    with old_store.open("demo").connect() as connection:
        for table in ("events", "purchases"):
            query = f"SELECT count(*) > 0, count(quantity) FROM {table}"
            assert connection.execute(query).fetchone() == (True, 0)


def test_a_file_with_quantities_is_added_to_a_dataset_of_an_earlier_version(
    old_store: Store, file: Path
) -> None:
    before = summary(old_store.open("demo"))["purchases"]
    file.write_text(INVOICES)
    dataset = ingest(old_store, ImportRequest([file], "demo", mode="append"))
    assert summary(dataset)["purchases"] == before + 2
    with dataset.connect() as connection:
        units = connection.execute("SELECT sum(quantity), count(*) FROM purchases").fetchone()
    assert units == (7, before + 2)


def test_an_unknown_role_is_named_with_those_that_there_are(
    store: Store, file: Path, log: Callable[..., Dataset]
) -> None:
    file.write_text(INVOICES)
    with pytest.raises(BadInput, match="title, quantity"):
        ingest(store, ImportRequest([file], "log", mapping={"units": "Quantity"}))
