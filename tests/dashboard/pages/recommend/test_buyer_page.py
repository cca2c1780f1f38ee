"""The recommendation page, also where there is nothing to recommend with."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.jobs.run_handle import runs_with_model
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.model_choice import no_model_card, with_default_run
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.panels import Panels, panels
from dashboard.services.recommendations import buyers
from dashboard.services.recommendations.served_run import serve_run
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from model.config.run_config import RunConfig
from model.serving.predictor import Predictor
from tests.dashboard.text import text_of

Shop = tuple[Home, str]
QUERY, DRAWN = "recommend-query", "recommend-drawn"


def rendered(shop: Shop, **fields: Any) -> Panels:
    """Return the rendered panels of a query."""
    return panels(serve_run(*shop), Query(run=shop[1], **fields), "light")


def test_a_buyer_is_shown_with_history_and_ranking(shop: Shop) -> None:
    content = rendered(shop, user="u00000")
    assert "u00000" in text_of(content.head)
    assert "most probable next" in text_of(content.ranking)


def test_hiding_the_last_purchase_names_it_and_its_rank(shop: Shop) -> None:
    content = rendered(shop, user="u00000", hide=1)
    last = buyers.history(serve_run(*shop), "u00000")[-1]
    assert f"The product bought next, {last.product}, has rank" in text_of(content.ranking)


def test_held_out_purchases_are_marked(shop: Shop) -> None:
    events = buyers.history(serve_run(*shop), "u00000")
    assert [event.part for event in events[-3:]] == [None, "validation", "test"]


def test_an_empty_basket_gets_five_products(shop: Shop) -> None:
    content = rendered(shop)
    assert "An empty basket" in text_of(content.head)
    assert "Without a history" in text_of(content.ranking)
    assert "first 5 of" in text_of(content.ranking)


def test_an_unknown_buyer_is_an_error_in_place_of_the_history(shop: Shop) -> None:
    assert "nobody" in text_of(rendered(shop, user="nobody").history)


def test_an_unknown_product_counts_as_unknown_and_is_named(shop: Shop) -> None:
    assert "has never seen never" in text_of(rendered(shop, edit="add:never").history)


def test_a_truncated_address_is_an_error_in_place_of_the_history(shop: Shop) -> None:
    assert "dro" in text_of(rendered(shop, user="u00000", edit="dro").history)


def test_an_explanation_names_the_purchase_with_the_largest_effect(shop: Shop) -> None:
    content = rendered(shop, edit="add:noise1,add:noise2,add:teapot", why="cup")
    assert "teapot has the largest effect" in text_of(content.ranking)


def update(client: FlaskClient, output: str, entry: Any, values: dict[str, Any]) -> Any:
    """Call a server-side callback as the browser does when the query changes."""

    def filled(kind: str) -> list[dict[str, Any]]:
        return [
            part | {"value": values[f"{part['id']}.{part['property']}"]} for part in entry[kind]
        ]

    def parsed(name: str) -> Any:
        return json.loads(name) if name.startswith("{") else name

    outputs = [part.rsplit(".", 1) for part in output.strip(".").split("...")]
    body = {
        "output": output,
        "outputs": [{"id": parsed(name), "property": field} for name, field in outputs],
        "inputs": filled("inputs"),
        "state": filled("state"),
        "changedPropIds": [f"{QUERY}.data"],
    }
    return client.post("/_dash-update-component", json=body, base_url="http://localhost")


def test_one_change_of_the_page_calls_the_model_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, run = shop
    app = create_app(home)
    client = app.server.test_client()
    client.get("/", base_url="http://localhost")  # registers the callbacks
    calls: list[int] = []
    original = Predictor.raw_scores

    def counted(model: Predictor, histories: Any) -> Any:
        calls.append(len(histories))
        return original(model, histories)

    monkeypatch.setattr(Predictor, "raw_scores", counted)
    query = Query(run=run, user="u00003")
    values = {
        f"{QUERY}.data": replace(query, edit="add:teapot").as_dict(),
        f"{DRAWN}.data": query.as_dict(),
        "theme.data": "light",
    }
    responses = [
        update(client, output, entry, values)
        for output, entry in app.callback_map.items()
        if "callback" in entry
        and {f"{part['id']}.{part['property']}" for part in entry["inputs"]}
        & {f"{QUERY}.data", f"{DRAWN}.data"}
    ]
    assert [response.status_code for response in responses] == [200]
    assert calls == [2]  # the edited history and the record, in one batch
    changed = responses[0].json["response"]
    assert {"recommend-head", "recommend-ranking", DRAWN} <= changed.keys()
    assert sum("figure" in str(part) for part in changed.values()) >= 2


def test_buyers_are_found_by_the_beginning_of_the_id(shop: Shop) -> None:
    served = serve_run(*shop)
    results = {buyer.user for buyer in buyers.search_buyers(served, "u0001")}
    assert results
    assert results <= {f"u0001{digit}" for digit in range(10)}
    assert buyers.search_buyers(served, "u00017")[0].user == "u00017"
    assert buyers.search_buyers(served, "%") == []


def test_next_and_previous_go_through_all_buyers_in_the_order_of_ids(shop: Shop) -> None:
    served = serve_run(*shop)
    assert buyers.adjacent_buyer(served, "u00003", "next") == "u00004"
    assert buyers.adjacent_buyer(served, "u00003", "previous") == "u00002"
    assert buyers.adjacent_buyer(served, "u00000", "previous") is None
    assert buyers.adjacent_buyer(served, "u00003", "random") not in {None, "u00003"}


def test_a_random_buyer_has_a_history_where_the_preparation_keeps_some(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = serve_run(*shop)
    events = buyers.history(served, "u00007")
    monkeypatch.setattr(buyers, "RANDOM_BUYERS", 10_000)
    monkeypatch.setattr(buyers, "history", lambda _run, user: events * (user == "u00007"))
    assert {buyers.adjacent_buyer(served, "", "random") for _try in range(3)} == {"u00007"}
    monkeypatch.setattr(buyers, "history", lambda _run, _user: ())
    assert buyers.adjacent_buyer(served, "", "random")


def test_the_newest_model_is_the_default(shop: Shop) -> None:
    home, run = shop
    models = [handle.run for handle in runs_with_model(home)]
    assert with_default_run(home, Query(), models).run == run


def test_the_model_in_service_comes_before_a_newer_one(own_shop: Shop) -> None:
    home, run = own_shop
    runs = Runs(home)
    newer = runs.get(runs.create("train", "toy", {}))
    models = [newer, runs.get(run)]
    assert with_default_run(home, Query(), models).run == newer.run
    runs.promotions.promote(run)
    assert with_default_run(home, Query(), models).run == run


def test_without_any_model_the_page_leads_to_training(home: Home) -> None:
    assert "no trained model" in text_of(no_model_card(home, Query(), []))


def test_a_run_in_training_shows_its_progress(home: Home) -> None:
    run = Runs(home).create("train", "shop", RunConfig().as_dict())
    assert "still training" in text_of(no_model_card(home, Query(run=run), []))


def test_a_run_without_its_dataset_still_ranks_baskets(own_shop: Shop) -> None:
    Store(own_shop[0]).delete("toy")
    ranking = text_of(rendered(own_shop, edit="add:teapot", why="cup").ranking)
    assert "teapot has the largest effect" in ranking
    assert "cup is most probable next" in ranking
    assert "no dataset toy" in text_of(rendered(own_shop, user="u00001").history)
    comparison = text_of(rendered(own_shop, beside="baseline:item neighbours").beside)
    assert "cannot be fitted, because the dataset toy is gone" in comparison


def test_an_unknown_run_is_refused(home: Home) -> None:
    with pytest.raises(BadInput, match="never-7"):
        no_model_card(home, Query(run="never-7"), [])
