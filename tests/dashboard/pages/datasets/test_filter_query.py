"""Filters come back from the address that they were written into."""

from urllib.parse import parse_qsl

import pytest

from dashboard.pages.datasets import filter_query
from data.datasets.side_tables import BUYERS, PRODUCTS, Attribute
from data.exploration.attributes import AttributeFilter, TableAttribute
from data.exploration.statistics import Filters


def test_names_may_hold_what_separates_them() -> None:
    filters = Filters(categories=("Comedy|Drama", "Action"), brands=("Levi, Strauss", 'the "best"'))
    address = filter_query.write(filters)
    assert filter_query.read(dict(parse_qsl(address[1:]))) == filters


def test_an_address_that_cannot_be_read_filters_nothing() -> None:
    assert filter_query.read({"brands": '"open', "low": "cheap"}) == Filters()


GENRE = TableAttribute(PRODUCTS, Attribute("genre", "category", "Genre"))
AGE = TableAttribute(BUYERS, Attribute("age", "number", "Age"))
ATTRIBUTES = {one.name: one for one in (GENRE, AGE)}


def test_values_and_ranges_of_attributes_come_back() -> None:
    filters = Filters(
        attributes=(
            AttributeFilter(GENRE, ("Sci-Fi|Horror", "Drama, slow")),
            AttributeFilter(AGE, (), -1.5, 1e7),
        )
    )
    address = filter_query.write(filters)
    assert filter_query.read(dict(parse_qsl(address[1:])), ATTRIBUTES) == filters


@pytest.mark.parametrize(
    ("text", "bounds"),
    [("20..30", (20, 30)), ("20..", (20, None)), ("..30", (None, 30)), ("20", (20, None))],
)
def test_a_range_may_be_open(text: str, bounds: tuple[float | None, float | None]) -> None:
    (age,) = filter_query.read({"user.age": text}, ATTRIBUTES).attributes
    assert (age.low, age.high) == bounds


def test_attributes_of_other_datasets_and_wrong_ranges_filter_nothing() -> None:
    query = {"user.income": "3..", "user.age": "old..nan", "product.genre": ""}
    assert filter_query.read(query, ATTRIBUTES) == Filters()
