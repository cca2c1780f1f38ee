"""The HTTP interface: off by default, with a token, and conforming to its description."""

import base64
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import one_of
from schemathesis import GenerationMode

from dashboard.api.requests import LONGEST_HISTORY, MOST_BUYERS
from dashboard.api.routes import ApiSettings
from dashboard.app import create_app
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import Unreachable
from dashboard.services.recommendations import placements, recommend
from dashboard.services.recommendations.served_run import serve_run
from dashboard.services.runs import model_in_service
from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.preparation.user_history import history as recorded_events
from model.serving.predictor import Predictor
from tests.dashboard.shop import CUP, PLATE, TEAPOT, TITLES

LOCAL = "http://localhost:8050"
RANK = "/api/v1/recommendations"
MANY = f"{RANK}/batch"


def client(home: Home, api: ApiSettings | None, **options: Any) -> FlaskClient:
    return create_app(home, api=api, **options).server.test_client()


@pytest.fixture
def api(shop: tuple[Home, str]) -> FlaskClient:
    return client(shop[0], ApiSettings())


def ask(api: FlaskClient, **question: Any) -> Any:
    return api.post(RANK, json=question, base_url=LOCAL)


def test_it_is_off_by_default(shop: tuple[Home, str]) -> None:
    closed = client(shop[0], None)
    for path in ("/api/v1/runs", "/api/v1/openapi.json", "/api/v1/"):
        answer = closed.get(path, base_url=LOCAL)
        assert answer.status_code == 404
        assert "--api" in answer.json["error"]
    assert closed.post(RANK, json={}, base_url=LOCAL).status_code == 404


def test_runs_are_listed_with_their_readiness(api: FlaskClient, shop: tuple[Home, str]) -> None:
    listed = api.get("/api/v1/runs", base_url=LOCAL).json["runs"]
    assert [(one["run"], one["ready"], one["dataset"]) for one in listed] == [
        (shop[1], True, "toy")
    ]


def test_the_model_in_service_answers_for_its_dataset(own_shop: tuple[Home, str]) -> None:
    home, run = own_shop
    api = client(home, ApiSettings())
    refused = ask(api, dataset="toy", history=[TEAPOT])
    assert (refused.status_code, "No model is in service" in refused.json["error"]) == (404, True)
    assert api.get("/api/v1/models", base_url=LOCAL).json == {"models": []}
    Runs(home).promotions.promote(run, user="ana")
    [model] = api.get("/api/v1/models", base_url=LOCAL).json["models"]
    assert (model["dataset"], model["run"], model["user"]) == ("toy", run, "ana")
    assert (
        ask(api, dataset="toy", history=[TEAPOT]).json == ask(api, run=run, history=[TEAPOT]).json
    )
    for named in ({}, {"run": run, "dataset": "toy"}):
        assert ask(api, history=[TEAPOT], **named).status_code == 400


def test_responses_are_those_of_the_service(api: FlaskClient, shop: tuple[Home, str]) -> None:
    home, run = shop
    response = ask(api, run=run, history=["noise1", "teapot"], k=3).json
    expected = recommend.for_history(home, run, [(None, "noise1"), (None, "teapot")], k=3)
    assert response["items"] == expected["items"]
    response = ask(api, run=run, user="u00003", exclude_seen=True).json
    assert response == recommend.for_user(home, run, "u00003", exclude_seen=True) | {"unknown": []}


def test_items_have_the_titles_of_the_dataset(titled_shop: tuple[Home, str]) -> None:
    home, run = titled_shop
    items = ask(client(home, ApiSettings()), run=run, history=[TEAPOT], k=9).json["items"]
    assert items[0]["title"] == TITLES[CUP]
    assert {item["title"] for item in items if item["product"] == PLATE} <= {None}


def test_a_history_may_hold_events_with_their_type(
    api: FlaskClient, shop: tuple[Home, str]
) -> None:
    named = [{"product": "teapot", "type": "purchase"}, {"product": "noise1"}]
    typed, bare = (
        ask(api, run=shop[1], history=history).json for history in (named, ["teapot", "noise1"])
    )
    assert typed == bare
    refused = ask(api, run=shop[1], history=[{"product": "teapot", "type": "wish"}])
    assert (refused.status_code, "wish" in refused.json["error"]) == (404, True)


def test_a_buyer_can_be_ranked_as_of_any_moment(api: FlaskClient, shop: tuple[Home, str]) -> None:
    def history(**moment: str) -> list[str]:
        products: list[str] = ask(api, run=shop[1], user="u00003", **moment).json["history"]
        return products

    everything = history()
    assert history(at="2999-01-01") == everything
    assert history(at="2000-01-01T00:00:00Z") == []
    served = serve_run(*shop)
    third = recorded_events(served.require_dataset(), served.model.preparation, "u00003")
    assert history(at=third["time"][2].isoformat()) == everything[:2]


def test_a_history_can_be_ranked_as_of_any_moment(
    api: FlaskClient, shop: tuple[Home, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moments: list[int | None] = []
    rank = Predictor.recommend

    def note(model: Predictor, *arguments: Any, at: int | None = None, **options: Any) -> Any:
        moments.append(at)
        return rank(model, *arguments, at=at, **options)

    monkeypatch.setattr(Predictor, "recommend", note)
    asked = {"run": shop[1], "history": ["teapot"]}
    assert ask(api, **asked, at="1970-01-02T01:00:00+01:00").json == ask(api, **asked).json
    assert moments == [86_400_000_000, None]


def test_products_never_seen_in_training_are_named(
    api: FlaskClient, shop: tuple[Home, str]
) -> None:
    assert ask(api, run=shop[1], history=["never", "teapot"]).json["unknown"] == ["never"]


@pytest.mark.parametrize(
    ("question", "status", "words"),
    [
        ({"history": []}, 400, "run"),
        ({"run": "toy-1"}, 400, "user or history"),
        ({"run": "toy-1", "user": "u1", "history": []}, 400, "user or history"),
        ({"run": "toy-1", "history": [], "k": 0}, 400, "k"),
        ({"run": "toy-1", "history": [], "k": "ten"}, 400, "k"),
        ({"run": "toy-1", "history": [], "size": 3}, 400, "size"),
        ({"run": "toy-1", "history": [], "at": "soon"}, 400, "at"),
        ({"run": "toy-1", "user": "u1", "at": "soon"}, 400, "at"),
        ({"run": "toy-1", "history": [{"type": "view"}]}, 400, "product"),
        ({"run": "toy-1", "history": ["p"] * (LONGEST_HISTORY + 1)}, 400, "history"),
        ({"run": "toy-1", "history": [], "rules": {"max_per_brand": "2"}}, 400, "max_per_brand"),
        ({"run": "toy-1", "history": [], "rules": {"most_of_brand": 2}}, 400, "most_of_brand"),
        ({"run": "toy-1", "history": [], "rules": {"stock_file": "/etc/x"}}, 400, "stock_file"),
        ({"run": "toy-1", "history": [], "rules": {"pinned": ["cup"]}}, 400, "POSITION:PRODUCT"),
        ({"run": "toy-1", "history": [], "rules": {"never_brands": ["no"]}}, 404, "never_brands"),
        ({"run": "toy-1", "history": [], "rules": {}, "placement": "x"}, 400, "not both"),
        ({"run": "toy-9", "history": []}, 404, "toy-9"),
        ({"run": "../toy-1", "history": []}, 404, "toy-1"),
        ({"run": "toy-1", "user": "nobody"}, 404, "nobody"),
        ({"run": "toy-1", "history": ["never"]}, 404, "never"),
    ],
)
def test_bad_input_gets_a_reason(
    api: FlaskClient, question: dict[str, Any], status: int, words: str
) -> None:
    answer = ask(api, **question)
    assert answer.status_code == status
    assert words in answer.json["error"]


def test_a_history_of_ten_thousand_products_is_accepted(
    api: FlaskClient, shop: tuple[Home, str]
) -> None:
    assert ask(api, run=shop[1], history=["teapot"] * LONGEST_HISTORY).status_code == 200


def test_rules_of_a_request_do_what_those_of_a_placement_do(own_shop: tuple[Home, str]) -> None:
    home, run = own_shop
    rules = {"pinned": ["2:noise3"], "stock_list": [CUP, "noise3", "noise4"]}
    placements.set_rules(home, "toy", "checkout", rules)
    api = client(home, ApiSettings())
    placed = ask(api, run=run, history=[TEAPOT], placement="checkout").json
    own = ask(api, run=run, history=[TEAPOT], rules=rules).json
    assert [item["product"] for item in own["items"]] == [CUP, "noise3", "noise4"]
    assert own["placement"] == placed["placement"] | {"name": "", "number": 0}
    assert own["items"] == placed["items"]
    assert ask(api, run=run, history=[TEAPOT], rules={}).json["placement"]["rules"] == {}


def test_a_question_in_an_address_gets_the_answer_of_one_in_a_body(
    api: FlaskClient, shop: tuple[Home, str]
) -> None:
    moment = "2020-01-02T00:00:00Z"
    in_body = ask(api, run=shop[1], history=["noise1", TEAPOT], k=3, at=moment).json
    query = {"run": shop[1], "history": ["noise1", TEAPOT], "k": 3, "at": moment}
    assert api.get(RANK, query_string=query, base_url=LOCAL).json == in_body
    query = {"run": shop[1], "user": "u00003", "exclude_seen": "true"}
    assert (
        api.get(RANK, query_string=query, base_url=LOCAL).json
        == ask(api, run=shop[1], user="u00003", exclude_seen=True).json
    )


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("run=toy-1", 400, "user or history"),
        ("user=u00003", 400, "run or dataset"),
        ("run=toy-1&user=u00003&k=ten", 400, "k"),
        ("run=toy-1&user=u00003&user=u00004", 400, "user stands twice"),
        ("run=toy-1&user=u00003&size=3", 400, "size"),
        ("run=toy-1&user=u00003&rules=x", 400, "rules"),
        ("run=toy-1&user=nobody", 404, "nobody"),
    ],
)
def test_a_wrong_address_gets_a_reason(
    api: FlaskClient, query: str, status: int, words: str
) -> None:
    refused = api.get(f"{RANK}?{query}", base_url=LOCAL)
    assert refused.status_code == status
    assert words in refused.json["error"]


def test_of_many_buyers_each_gets_its_own_answer_or_sentence(
    api: FlaskClient, shop: tuple[Home, str]
) -> None:
    buyers: list[Any] = [
        {"history": [TEAPOT]},
        {"user": "nobody"},
        {"user": "u00003", "at": "2000-01-01"},
        {"history": ["never"]},
        {"history": [1]},
        {"user": "u00003", "history": []},
        "u00003",
        {"history": []},
    ]
    answered = api.post(MANY, json={"run": shop[1], "buyers": buyers, "k": 3}, base_url=LOCAL)
    assert (answered.status_code, answered.json["run"]) == (200, shop[1])
    answers = answered.json["answers"]
    for place in (0, 2, 7):
        alone = ask(api, run=shop[1], k=3, **buyers[place]).json
        assert answers[place] == {"ranking": alone, "error": None}
    for place, words in (
        *((1, "nobody"), (3, "never"), (4, "history"), (5, "user or history"), (6, "Buyer")),
    ):
        assert answers[place]["ranking"] is None
        assert words in answers[place]["error"]


@pytest.mark.parametrize(
    ("question", "status", "words"),
    [
        ({"run": "toy-1", "buyers": []}, 400, "buyers"),
        ({"run": "toy-1", "buyers": [{"history": []}] * (MOST_BUYERS + 1)}, 400, "buyers"),
        ({"buyers": [{"history": []}]}, 400, "run or dataset"),
        ({"run": "toy-9", "buyers": [{"history": []}]}, 404, "toy-9"),
        ({"run": "toy-1", "buyers": [{"history": []}], "k": 0}, 400, "k"),
    ],
)
def test_what_is_wrong_for_all_buyers_refuses_the_request(
    api: FlaskClient, question: dict[str, Any], status: int, words: str
) -> None:
    refused = api.post(MANY, json=question, base_url=LOCAL)
    assert refused.status_code == status
    assert words in refused.json["error"]


def test_a_tag_changes_with_the_model_in_service_its_rules_and_the_dataset(
    own_shop: tuple[Home, str], trained_shop: Path, tmp_path: Path
) -> None:
    home, run = own_shop
    runs = Runs(home)
    other = runs.create("train", "toy", runs.get(run).config)
    runs.request_stop(other)
    shutil.copytree(runs.folder(run), runs.folder(other))
    placements.set_rules(home, "toy", "checkout", {"max_per_category": 5})
    runs.promotions.promote(run)
    api = client(home, ApiSettings())

    def get(tag: str = "") -> Any:
        query = {"dataset": "toy", "user": "u00003", "placement": "checkout"}
        headers = {"If-None-Match": tag} if tag else {}
        return api.get(RANK, query_string=query, base_url=LOCAL, headers=headers)

    tags = [get().headers["ETag"]]

    def is_new() -> bool:
        """Return whether the last tag does not hold any more; note the new one."""
        response = get(tags[-1])
        tags.append(response.headers["ETag"])
        return bool(response.status_code == 200)

    assert not is_new()
    runs.promotions.promote(other)
    assert is_new()
    assert not is_new()
    placements.set_rules(home, "toy", "checkout", {"max_per_category": 6})
    assert is_new()
    log = pd.read_csv(trained_shop / "toy.csv")
    later = log[log["user_id"] == "u00003"].tail(1).assign(event_time="2024-06-01 00:00:00 UTC")
    later.to_csv(tmp_path / "later.csv", index=False)
    ingest(Store(home), ImportRequest([tmp_path / "later.csv"], "toy", mode="append"))
    assert is_new()
    assert not is_new()


def test_a_tag_is_strong_and_holds_for_what_was_sent_compressed(
    api: FlaskClient, shop: tuple[Home, str]
) -> None:
    address = f"{RANK}?run={shop[1]}&user=u00003"
    for encoding in ("identity", "gzip"):
        sent = {"Accept-Encoding": encoding}
        first = api.get(address, base_url=LOCAL, headers=sent)
        assert first.headers.get("Content-Encoding", "identity") == encoding
        tag = first.headers["ETag"]
        assert not tag.startswith("W/")
        again = api.get(address, base_url=LOCAL, headers=sent | {"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    refused = api.get(f"{RANK}?run=toy-9&user=u00003", base_url=LOCAL)
    assert (refused.status_code, "ETag" in refused.headers) == (404, False)


def test_a_database_that_cannot_be_reached_is_worth_another_try(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "The database cannot be reached."

    def fail(*_words: object) -> None:
        raise Unreachable(sentence)

    monkeypatch.setattr(model_in_service, "current", fail)
    refused = api.get("/api/v1/models", base_url=LOCAL)
    assert (refused.status_code, refused.json) == (
        503,
        {"error": sentence},
    )
    assert int(refused.headers["Retry-After"]) > 0


def test_a_body_that_is_not_json_or_too_large_is_refused(api: FlaskClient) -> None:
    assert api.post(RANK, data="hello", base_url=LOCAL).status_code == 415
    broken = {"data": "{", "content_type": "application/json"}
    assert api.post(RANK, base_url=LOCAL, **broken).status_code == 400
    large = {"data": "x" * (2 << 20), "content_type": "application/json"}
    assert api.post(RANK, base_url=LOCAL, **large).status_code == 413


def test_a_wrong_method_is_refused_with_the_allowed_one(api: FlaskClient) -> None:
    for path, allowed in ((RANK, "GET, POST"), (MANY, "POST"), ("/api/v1/runs", "GET")):
        refused = api.put(path, base_url=LOCAL, json={})
        assert (refused.status_code, refused.headers["Allow"]) == (405, allowed)
    assert api.get("/api/v1/nothing", base_url=LOCAL).status_code == 404


def test_a_token_is_required_where_one_is_set(shop: tuple[Home, str]) -> None:
    guarded = client(shop[0], ApiSettings(token="sécret"))
    for key, status in ((None, 401), ("wrong", 401), ("sécret", 200)):
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        answer = guarded.get("/api/v1/runs", base_url=LOCAL, headers=headers)
        assert answer.status_code == status


def test_the_description_requires_a_token_where_one_is_set(shop: tuple[Home, str]) -> None:
    for token, expected in ((None, []), ("t", [{"token": []}])):
        headers = {"Authorization": f"Bearer {token}"}
        api = client(shop[0], ApiSettings(token=token))
        described = api.get("/api/v1/openapi.json", base_url=LOCAL, headers=headers).json
        assert described["security"] == expected


def test_a_token_opens_the_interface_alone_where_pages_have_a_password(
    shop: tuple[Home, str],
) -> None:
    both = client(shop[0], ApiSettings(token="token"), password="password")
    bearer = {"Authorization": "Bearer token"}
    assert both.get("/api/v1/runs", base_url=LOCAL, headers=bearer).status_code == 200
    assert both.get("/", base_url=LOCAL, headers=bearer).status_code == 401
    basic = base64.b64encode(b"me:password").decode()
    headers = {"Authorization": f"Basic {basic}"}
    assert both.get("/api/v1/runs", base_url=LOCAL, headers=headers).status_code == 401


def test_too_many_requests_are_refused_with_the_time_to_retry(shop: tuple[Home, str]) -> None:
    limited = client(shop[0], ApiSettings(rate="2 per hour"))
    answers = [limited.get("/api/v1/runs", base_url=LOCAL) for _ask in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert answers[-1].json["error"]
    assert limited.get("/health", base_url=LOCAL).status_code == 200


def test_a_run_without_its_dataset_still_ranks_after_histories(own_shop: tuple[Home, str]) -> None:
    home, run = own_shop
    Store(home).delete("toy")
    api = client(home, ApiSettings())
    assert ask(api, run=run, history=["teapot"]).status_code == 200
    answer = ask(api, run=run, user="u00001")
    assert answer.status_code == 404
    assert "toy" in answer.json["error"]


@pytest.mark.property
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_nothing_that_the_description_allows_or_forbids_breaks_it(
    shop: tuple[Home, str], mode: GenerationMode
) -> None:
    server = create_app(shop[0], api=ApiSettings(rate="1000000 per second")).server
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", server)
    schemas = schema.raw_schema["components"]["schemas"]
    for question in ("Question", "ManyQuestions"):
        run = schemas[question]["properties"]["run"]
        run["enum"] = [shop[1], "toy-9"]  # most strings are the name of no run
    rules = schemas["RuleSettings"]["properties"]
    for name in ("pinned", "stock_column", "stock_values", "price_low", "price_high"):
        del rules[name]  # they depend on each other, which no schema says
    query = schema.raw_schema["paths"]["/recommendations"]["get"]
    query["parameters"] = [
        one | {"required": True, "schema": {"enum": values}}
        for one in query["parameters"]
        for values in [{"run": [shop[1], "toy-9"], "user": ["u00003", "nobody"]}.get(one["name"])]
        if values
    ]
    strategies = [
        operation.ok().as_strategy(generation_mode=mode)
        for operation in schema.get_all_operations()
        if mode is GenerationMode.POSITIVE or operation.ok().method == "post"
    ]

    @given(case=one_of(strategies))
    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    def fuzz(case: Any) -> None:
        answer = case.call_and_validate(headers={"Accept-Encoding": "identity"})
        if answer.status_code >= 400:
            assert answer.json()["error"]

    fuzz()
