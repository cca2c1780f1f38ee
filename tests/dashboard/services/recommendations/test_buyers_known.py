"""What is known of a buyer reaches the model: from the table, from a request, and as a what-if."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.api.routes import ApiSettings
from dashboard.app import create_app
from dashboard.cli.group import cli
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.panels import panels
from dashboard.pages.recommend.view_model import edited_history, explain
from dashboard.services.recommendations import recommend
from dashboard.services.recommendations.served_run import serve_run
from data.datasets.store import Store
from data.errors import BadInput, VitrinaError
from data.home import Home
from data.importing.side_tables import attach_side_tables
from tests.dashboard.shop import RUN, TEAPOT, copy_shop
from tests.dashboard.text import text_of
from tests.model.toys import buyer_table, save_untrained, small

USER = "u00013"  # 33 years old, F
KNOWN = {"age": 33.0, "sex": "F"}


@pytest.fixture(scope="module")
def shop(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """The shop with a table of its buyers, and a network that reads it, of random weights."""
    home, run = copy_shop(trained_shop, tmp_path_factory.mktemp("known"))
    users = home.path.parent / "users.csv"
    buyer_table(240).rows.to_csv(users, index_label="user_id")
    dataset = attach_side_tables(Store(home), "toy", buyers=users)
    save_untrained(small(buyer_attributes=True), dataset, home.runs / run, nonzero=True)
    return home, run


def probabilities(answer: dict[str, object]) -> list[tuple[str, float]]:
    items = answer["items"]
    assert isinstance(items, list)
    return [(item["product"], round(item["probability"], 7)) for item in items]


def test_a_buyer_of_the_log_is_known_by_the_table(shop: tuple[Home, str]) -> None:
    values = buyer_table(240).rows.loc[USER].to_dict()
    own = recommend.for_user(*shop, USER)
    assert own["buyer"] == ["age", "sex"]
    assert probabilities(own) == probabilities(recommend.for_user(*shop, USER, buyer=values))
    other = recommend.for_user(*shop, USER, buyer={"age": 61, "sex": None})
    assert other["buyer"] == ["age"]
    assert probabilities(other) != probabilities(own)


def test_after_a_given_history_nothing_is_known_but_what_is_given(shop: tuple[Home, str]) -> None:
    history = [(None, TEAPOT)]
    nothing = recommend.for_history(*shop, history)
    assert nothing["buyer"] == []
    assert probabilities(nothing) == probabilities(
        recommend.for_history(*shop, history, buyer={"age": None, "sex": "never seen"})
    )
    assert probabilities(nothing) != probabilities(
        recommend.for_history(*shop, history, buyer={"sex": "M"})
    )


def test_an_attribute_that_the_model_does_not_read_is_refused(
    shop: tuple[Home, str], trained_shop: Path, tmp_path: Path
) -> None:
    for buyer in ({"shoe": 44}, {"age": "old"}):
        with pytest.raises(BadInput, match="buyer"):
            recommend.for_history(*shop, [], buyer=buyer)
        with pytest.raises(BadInput, match="buyer"):
            recommend.for_user(*shop, USER, buyer=buyer)
    without = copy_shop(trained_shop, tmp_path)
    with pytest.raises(BadInput, match="does not read attributes of buyers"):
        recommend.for_history(*without, [], buyer={"age": 30})
    assert recommend.for_user(*without, USER)["buyer"] == []


def test_the_interface_and_the_command_take_attributes(shop: tuple[Home, str]) -> None:
    home, run = shop
    api = create_app(home, api=ApiSettings()).server.test_client()
    question = {"run": run, "history": [TEAPOT], "buyer": {"age": 33, "sex": "F"}}
    answer = api.post(
        "/api/v1/recommendations", json=question, base_url="http://localhost:8050"
    ).json
    expected = recommend.for_history(home, run, [(None, TEAPOT)], buyer=KNOWN)
    assert answer["buyer"] == ["age", "sex"]
    assert answer["items"] == expected["items"]
    words = ["recommend", run, "--history", TEAPOT, "--home", str(home.path)]
    printed = CliRunner().invoke(cli, [*words, "--buyer", "age=33", "--buyer", "sex=D"])
    assert "never saw the value of sex" in printed.output
    refused = CliRunner().invoke(cli, [*words, "--buyer", "age"])
    assert "NAME=VALUE" in str(refused.exception)


def test_the_page_has_a_field_for_each_attribute_and_asks_what_if(shop: tuple[Home, str]) -> None:
    served = serve_run(*shop)
    query = Query(run=RUN, user=USER)
    recorded = edited_history(served, query)
    changed = edited_history(served, Query(run=RUN, user=USER, edit="buyer:age:61,buyer:sex:"))
    assert recorded.buyer == {"age": 33.0, "sex": "F"}
    assert changed.buyer == {"age": "61", "sex": None}
    assert changed.previous_buyer == recorded.buyer
    before = {item.product: item.rank for item in recorded.ranked.items}
    assert any(item.previous_rank != item.rank for item in changed.ranked.items)
    for item in changed.ranked.items:
        assert item.previous_rank == before.get(item.product, item.previous_rank)
    for edit in ("", "buyer:age:61"):
        head = text_of(panels(served, Query(run=RUN, user=USER, edit=edit), "light").head)
        assert "age" in head
    explanation = explain(edited_history(served, Query(run=RUN, user=USER, why=TEAPOT)))
    assert explanation is not None


@pytest.mark.parametrize("edit", ["buyer:shoe:9", "buyer:age", "buyer:age:old"])
def test_an_edit_of_what_the_model_does_not_read_is_refused(
    shop: tuple[Home, str], edit: str
) -> None:
    with pytest.raises(VitrinaError):
        edited_history(serve_run(*shop), Query(run=RUN, user=USER, edit=edit))
