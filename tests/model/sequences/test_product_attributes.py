"""Attributes of products as traits: the same for products that are alike, bought or not."""

from pathlib import Path

import numpy as np
import pandas as pd

from data.datasets.attribute_table import AttributeTable
from data.datasets.side_tables import Attribute
from data.datasets.store import Store
from data.home import Home
from data.importing.side_tables import attach_side_tables
from data.preparation.sequences import FIRST, UNKNOWN
from model.networks.data_sizes import DataSizes
from model.networks.network import build
from model.sequences.adapted_config import adapt
from model.sequences.features import traits
from model.sequences.product_attributes import attribute_traits
from model.sequences.split_data import split_dataset, split_prepared
from tests.model.toys import imported, prepared, random_histories, small

PRODUCTS = np.array([f"p{number:03d}" for number in range(12)], dtype=object)


def codes(kind: str, values: list[object]) -> list[list[int]]:
    rows = pd.DataFrame({"it": values}, index=PRODUCTS[: len(values)])
    table = AttributeTable((Attribute("it", kind, "It"),), rows)
    return attribute_traits(table, PRODUCTS[: len(values)])[0].tolist()


def test_labels_of_a_list_are_read_one_by_one_and_rare_ones_share_a_code() -> None:
    found = codes("category", ["drama, war"] * 5 + ["drama", "war, opera", None])
    drama, war = FIRST + 1, FIRST + 2
    assert found[0] == [drama, war]
    assert found[5:] == [[drama, UNKNOWN], [war, FIRST], [UNKNOWN, UNKNOWN]]


def test_numbers_are_in_intervals() -> None:
    found = [row[0] for row in codes("number", [*range(10), None])]
    assert found == [*range(FIRST, FIRST + 10), UNKNOWN]


def test_texts_share_the_codes_of_the_words_that_they_share() -> None:
    one, other, none = (set(row) - {UNKNOWN} for row in codes("text", ["Red Cup", "cup, BLUE", ""]))
    assert len(one & other) == 1
    assert len(one) == len(other) == 3
    assert not none


def test_traits_are_rows_of_one_table_and_those_of_the_log_alone_stay_as_they_are() -> None:
    data = split_prepared(prepared(random_histories(60, 12)), small())
    products = data.sequences.products.ids
    rows = pd.DataFrame({"year": range(len(products))}, index=products)
    known = AttributeTable((Attribute("year", "number", "Year"),), rows)
    alone, more = traits(data.sequences), traits(data.sequences, known)
    assert (more[:, : alone.shape[1]] == alone).all()
    assert more[:, -1].min() > alone.max()


def test_titles_and_the_table_of_products_are_read_where_they_are_asked_for(tmp_path: Path) -> None:
    folder = tmp_path
    store = Store(Home(folder / "home"))
    dataset = imported(store, random_histories(60, 20), folder)
    config = small(product_attributes=True)
    assert not adapt(config, split_dataset(config, dataset)).product_attributes
    table = "product_id,title,year,image\n" + "".join(
        f"p{number:03d},Cup number {number},{1990 + number},https://shop.example/{number}.jpg\n"
        for number in range(20)
    )
    (folder / "items.csv").write_text(table, encoding="utf-8")
    dataset = attach_side_tables(store, "toy", products=folder / "items.csv")
    data = split_dataset(config, dataset)
    assert [one.name for one in data.product_attributes.attributes] == ["title", "year"]
    sizes = DataSizes.of(data)
    assert sizes.traits.shape == (data.products, 5 + 5 + 1)
    assert adapt(config, data).product_attributes
    assert build(config, sizes).members[0].output.traits == (sizes.traits.max() + 1, 11)
    of_the_log = build(small(product_traits=True), sizes).members[0].output.traits
    assert of_the_log == (sizes.traits[:, :5].max() + 1, 5)
    assert not split_dataset(small(), dataset).product_attributes
