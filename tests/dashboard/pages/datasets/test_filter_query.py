"""Filters come back from the address that they were written into."""

from urllib.parse import parse_qsl

from dashboard.pages.datasets import filter_query
from data.exploration.statistics import Filters


def test_names_may_hold_what_separates_them() -> None:
    filters = Filters(categories=("Comedy|Drama", "Action"), brands=("Levi, Strauss", 'the "best"'))
    address = filter_query.write(filters)
    assert filter_query.read(dict(parse_qsl(address[1:]))) == filters


def test_an_address_that_cannot_be_read_filters_nothing() -> None:
    assert filter_query.read({"brands": '"open', "low": "cheap"}) == Filters()
