"""Attributes of products and buyers: filters, counts, and columns of the tables."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data.datasets.dataset import Dataset
from data.datasets.side_tables import BUYERS, PRODUCTS
from data.datasets.store import Store
from data.exploration import statistics as statistics_module
from data.exploration.attributes import AttributeFilter, attributes_of, table_attributes
from data.exploration.filters import Filters
from data.exploration.statistics import Statistics
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

EVENTS = [
    # day, type, user, product
    ("2020-01-01", "view", "ann", "1"),
    ("2020-01-01", "purchase", "ann", "1"),
    ("2020-01-02", "purchase", "ann", "2"),
    ("2020-01-02", "purchase", "bob", "2"),
    ("2020-01-03", "purchase", "bob", "3"),
    ("2020-01-03", "purchase", "cid", "4"),
]
ITEMS = (
    "product_id,title,mood,year\n1,Toy,calm,1995\n2,Cup,wild,1990\n3,Pot,calm,2001\n9,No,calm,1\n"
)
USERS = "user_id,age,sex\nann,31,F\nbob,54,M\n"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A log in which the tables lack product 4 and buyer cid, and describe product 9 in vain."""
    folder = tmp_path_factory.mktemp("attributes")
    log = pd.DataFrame(EVENTS, columns=["event_time", "event_type", "user_id", "product_id"])
    log.to_csv(folder / "log.csv", index=False)
    (folder / "items.csv").write_text(ITEMS, encoding="utf-8")
    (folder / "users.csv").write_text(USERS, encoding="utf-8")
    request = ImportRequest(
        [folder / "log.csv"],
        "log",
        products=folder / "items.csv",
        buyers=folder / "users.csv",
    )
    return ingest(Store(Home(folder / "home")), request)


@pytest.fixture
def statistics(dataset: Dataset, tmp_path: Path) -> Statistics:
    return Statistics(dataset, tmp_path)


def chosen(dataset: Dataset, name: str, *values: str, **bounds: float) -> AttributeFilter:
    return AttributeFilter(table_attributes(dataset)[name], values, **bounds)


def test_categories_and_numbers_are_offered_by_table_and_name(dataset: Dataset) -> None:
    assert list(table_attributes(dataset)) == [
        "product.mood",
        "product.year",
        "user.age",
        "user.sex",
    ]


def test_events_are_filtered_by_attributes_of_products_and_of_buyers(
    dataset: Dataset, statistics: Statistics
) -> None:
    def purchases(*filters: AttributeFilter) -> int:
        return int(statistics.brands(Filters(attributes=filters))["events"].sum())

    calm, wild = chosen(dataset, "product.mood", "calm"), chosen(dataset, "product.mood", "wild")
    assert (purchases(), purchases(calm), purchases(wild)) == (5, 2, 2)
    assert purchases(chosen(dataset, "product.mood", "calm", "wild")) == 4
    assert purchases(chosen(dataset, "product.year", low=1995)) == 2
    assert purchases(chosen(dataset, "product.year", low=1990, high=1995)) == 3
    assert purchases(chosen(dataset, "user.sex", "F")) == 2
    assert purchases(calm, chosen(dataset, "user.age", high=40)) == 1


def test_an_attribute_filters_the_queries_of_all_tables(
    dataset: Dataset, statistics: Statistics
) -> None:
    filters = Filters(attributes=(chosen(dataset, "user.sex", "F"),))
    days = statistics.events_by_day(filters)
    assert days.loc[days["day"].dt.date == date(2020, 1, 1), "events"].sum() == 2
    assert days["events"].sum() == 3
    assert statistics.funnel(filters)["users"].tolist() == [1, 1]
    assert statistics.purchases_per_user(filters).to_numpy().tolist() == [[2, 1]]


def test_events_are_counted_by_value_and_those_without_one_too(
    dataset: Dataset, statistics: Statistics
) -> None:
    attributes = table_attributes(dataset)
    moods = statistics.attribute(Filters(), attributes["product.mood"])
    assert moods["value"].fillna("none").tolist() == ["calm", "wild", "none"]
    assert moods["events"].tolist() == [2, 2, 1]
    ages = statistics.attribute(Filters(), attributes["user.age"])
    assert dict(zip(ages["value"].fillna(0), ages["events"], strict=True)) == {31: 2, 54: 2, 0: 1}


def test_a_number_of_many_values_is_rounded(
    dataset: Dataset, statistics: Statistics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics_module, "MOST_VALUES", 2)
    years = statistics.attribute(Filters(), table_attributes(dataset)["product.year"])
    known = years.dropna()
    assert sorted(known["value"]) == [1990.0, 1995.5, 2001.0]  # two steps from 1990 to 2001
    assert known["events"].sum() == 4


def test_the_values_most_products_have_come_first(statistics: Statistics) -> None:
    moods = table_attributes(statistics.dataset)["product.mood"]
    assert statistics.attribute_values(moods, 10) == ["calm", "wild"]
    assert statistics.attribute_values(moods, 1) == ["calm"]


def test_the_tables_have_attributes_that_sort_and_search(statistics: Statistics) -> None:
    rows, total = statistics.products("", "year", True, 0, 10)
    assert total == 4
    assert rows["product"].tolist() == ["3", "1", "2", "4"]  # missing values come last
    assert rows["mood"].fillna("").tolist() == ["calm", "calm", "wild", ""]
    rows, total = statistics.products("WILD", None, True, 0, 10)
    assert (rows["title"].tolist(), total) == (["Cup"], 1)
    rows, _total = statistics.users("", "age", True, 0, 10)
    assert rows["user"].tolist() == ["bob", "ann", "cid"]


def test_one_product_or_buyer_is_described_by_what_is_known(dataset: Dataset) -> None:
    known = {one.name: value for one, value in attributes_of(dataset, BUYERS, "ann")}
    assert known == {"age": 31.0, "sex": "F"}
    assert attributes_of(dataset, BUYERS, "cid") == []
    assert attributes_of(dataset, PRODUCTS, "4") == []
