"""The state of the page: its address, its defaults, and what the page's script reads of it."""

import json
from dataclasses import fields
from urllib.parse import parse_qsl, urlsplit

from dashboard.pages.recommend.page_state import Query, state_rules


def test_a_query_survives_its_own_address() -> None:
    query = Query(
        run="demo-1",
        user="541312140",
        k=20,
        hide=2,
        new=True,
        edit="drop:3,add:a%2Cb",
        why="1004856",
        shown=200,
        compare="baseline:popularity",
        beside="baseline:markov",
        category="a.b",
        low=1.5,
        high=9.0,
        days=30,
        mix=20,
    )
    assert Query.read(dict(parse_qsl(urlsplit(query.href()).query))) == query


def test_a_list_has_from_five_to_a_hundred_products() -> None:
    assert Query.read({"k": "1"}).size == 5
    assert Query.read({"k": "9999"}).size == 100
    assert Query.read({"user": "7"}).size == 10
    assert Query.read({}).size == 5


def test_the_script_is_given_every_field_in_the_order_of_the_address() -> None:
    rules = json.loads(state_rules())
    assert rules["names"] == [field.name for field in fields(Query)]
    whole = Query(run="r", user="u", k=7, hide=2, new=True, edit="e", why="w", shown=9, mix=5)
    other_buyer = whole.of_buyer("v").as_dict()
    assert not other_buyer.keys() & set(rules["of_one_history"])
    assert rules["sizes"] == {"buyer": Query(user="u").size, "basket": Query().size}
