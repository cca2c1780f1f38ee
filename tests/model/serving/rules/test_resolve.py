"""What rules become on the catalogue of a model and its dataset."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.side_tables import attach_side_tables
from data.preparation.preparation import Preparation
from data.preparation.sequences import to_microseconds
from model.serving.rules.checks import check_rules
from model.serving.rules.resolve import is_below, resolve, stock_ids
from model.serving.rules.rules_numpy import NO_TIME, REMOVALS, RuleTables
from model.serving.rules.settings import Rules
from tests.model.toys import START, imported

MILK, TEA, POT, CUP = "milk", "tea", "pot", "cup"
CATEGORIES = {MILK: "food.milk", TEA: "food.tea", POT: "home", CUP: None}
CATALOGUE = pd.DataFrame(
    {
        "product": [MILK, TEA, POT, CUP, "gone"],
        "brand": ["alm", "hill", None, "alm", "hill"],
        "category": ["food.milk", "food.tea", "home", None, "homely"],
        "price": [1.0, 2.0, 30.0, np.nan, 5.0],
    }
)
HISTORIES = [[MILK, TEA, MILK], [MILK, MILK, POT], [MILK, POT, CUP], [TEA, CUP, CUP]]


def names(mask: Any) -> list[str]:
    return list(CATALOGUE["product"][np.asarray(mask)])


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A log with one purchase of each buyer a day, and a table of products."""
    folder = tmp_path_factory.mktemp("log")
    store = Store(Home(folder / "home"))
    imported(
        store,
        HISTORIES,
        folder,
        time=lambda events: START + pd.to_timedelta(events["step"], "D"),
        category=lambda events: events["product"].map(CATEGORIES),
        brand=lambda events: events["product"].map({MILK: "alm", TEA: "hill", CUP: "alm"}),
    )
    table = pd.DataFrame(
        {"product": [MILK, TEA, POT], "state": ["yes", "no", "yes"], "shelf": [1, 2, 10]}
    )
    table.to_csv(folder / "products.csv", index=False)
    return attach_side_tables(store, "toy", products=folder / "products.csv")


def tables(dataset: Dataset, **rules: Any) -> RuleTables:
    return resolve(Rules(**rules), dataset, CATALOGUE, Preparation()).tables


def removed(dataset: Dataset, rule: str, **rules: Any) -> list[str]:
    return names(tables(dataset, **rules).barred == REMOVALS.index(rule))


def test_without_rules_nothing_is_removed(dataset: Dataset) -> None:
    plain = tables(dataset)
    assert (plain.barred == -1).all()
    assert plain.end == to_microseconds((START + timedelta(days=2)).to_pydatetime())


def test_categories_are_left_out_with_all_below_them(dataset: Dataset) -> None:
    never = {"never_categories": ("food", "home")}
    assert removed(dataset, "never_categories", **never) == [MILK, TEA, POT]
    assert removed(dataset, "never_categories", never_categories=("food.tea",)) == [TEA]
    assert not is_below(None, ["food"])


def test_brands_are_left_out(dataset: Dataset) -> None:
    assert removed(dataset, "never_brands", never_brands=("alm",)) == [MILK, CUP]


def test_every_list_of_stock_must_have_a_product(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "stock.txt"
    file.write_text("\ufefftea\n milk \n\npot\nother\n", "utf-8")
    assert removed(dataset, "stock", stock_file=str(file)) == [CUP, "gone"]
    by_column = {"stock_column": "state", "stock_values": ("yes",)}
    assert removed(dataset, "stock", **by_column) == [TEA, CUP, "gone"]
    both = {"stock_file": str(file), "stock_list": (TEA, POT)} | by_column
    assert removed(dataset, "stock", **both) == [MILK, TEA, CUP, "gone"]


def test_numbers_are_compared_as_numbers(dataset: Dataset) -> None:
    rules = {"stock_column": "shelf", "stock_values": ("1.0", "10", "none")}
    assert removed(dataset, "stock", **rules) == [TEA, CUP, "gone"]


def test_products_that_the_model_does_not_know_are_counted(dataset: Dataset) -> None:
    rules = Rules(
        stock_list=(TEA, "new-1", "new-2"), boost_list=("new-1",), pinned=("1:new-1", "4:tea")
    )
    resolved = resolve(rules, dataset, CATALOGUE, Preparation())
    assert resolved.unknown == {"stock_list": 2, "boost_list": 1, "pinned": 1}
    assert resolved.tables.pin_position.tolist() == [4]
    assert names(resolved.tables.pin_product) == [TEA]


def test_a_category_is_bought_again_by_a_share_of_its_buyers(dataset: Dataset) -> None:
    """Two of three buyers of milk bought it on two days, no buyer of tea or of a pot did."""
    assert names(tables(dataset, recent_days=1, again_share=0.66).again) == [MILK]
    assert names(tables(dataset, recent_days=1, again_share=0.67).again) == []
    assert names(tables(dataset, recent_days=1, again_share=0.0).again) == []
    before = (START + timedelta(days=2)).to_pydatetime()
    rules = Rules(recent_days=1, again_share=0.5)
    early = resolve(rules, dataset, CATALOGUE, Preparation(), before)
    assert names(early.tables.again) == []  # on the first two days one of three did


def test_the_first_event_of_a_product_makes_it_new(dataset: Dataset) -> None:
    first = tables(dataset, new_days=2, new_factor=2.0).first
    day = [None if time == NO_TIME else (time - first[0]) // 86_400_000_000 for time in first]
    assert day == [0, 0, 1, 1, None]


def test_missing_brands_and_categories_have_no_code(dataset: Dataset) -> None:
    plain = tables(dataset, max_per_brand=1)
    assert plain.brand.tolist() == [0, 1, -1, 0, 1]
    assert plain.category.tolist() == [0, 1, 2, -1, 3]


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"never_categories": ("foo",)}, "never_categories cannot name “foo”"),
        ({"never_brands": ("alm", "zeta")}, "never_brands cannot name “zeta”"),
        ({"pinned": ("1:tee",)}, "pinned cannot name “tee”"),
        ({"stock_list": ("a", "b")}, "stock_list cannot name “a”, “b”"),
        ({"boost_list": ("a",)}, "boost_list cannot name “a”"),
        ({"stock_file": "/nowhere/stock.txt"}, "/nowhere/stock.txt, cannot be read"),
        (
            {"stock_column": "colour", "stock_values": ("red",)},
            "has no column “colour”; it has: state, shelf",
        ),
    ],
)
def test_names_that_the_dataset_has_not_are_refused(
    dataset: Dataset, rules: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadInput) as error:
        check_rules(Rules(**rules), dataset)
    assert words in str(error.value)


def test_a_file_of_stock_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "latin-1.txt").write_bytes("té".encode("latin-1"))
    for name in ("pipe", "latin-1.txt", ".", "absent.txt"):
        with pytest.raises(BadInput, match="cannot be read"):
            stock_ids(tmp_path / name)


def test_names_of_the_dataset_pass(dataset: Dataset) -> None:
    check_rules(
        Rules(
            never_categories=("food",),
            never_brands=("hill",),
            pinned=("2:tea",),
            stock_list=(TEA, "other"),
            stock_column="state",
            stock_values=("yes",),
        ),
        dataset,
    )
