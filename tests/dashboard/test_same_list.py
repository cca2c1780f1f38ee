"""One history gives one list, whoever is asked: page, command line, HTTP, bundle, file, Keras."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pandas as pd
import pytest

from dashboard.api.routes import ApiSettings
from dashboard.app import create_app
from dashboard.cli import run as type_command
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.view_model import edited_history
from dashboard.services.recommendations.recommend import recorded_history
from dashboard.services.recommendations.run_jobs import jobs_of_run, start_scoring
from dashboard.services.recommendations.served_run import serve_run
from dashboard.services.recommendations.what_if import add_edits
from data.comma_list import write_list
from data.home import Home
from tests.dashboard.shop import PLATE, TEAPOT

USER = "u00003"
Ranked = list[tuple[str, float]]


@pytest.fixture(scope="module")
def history(shop: tuple[Home, str]) -> list[str]:
    return [product for _type, product in recorded_history(serve_run(*shop), USER)[0]]


@pytest.fixture(scope="module")
def expected(shop: tuple[Home, str], history: list[str]) -> Ranked:
    items = serve_run(*shop).model.recommend(history, k=8)
    return [(item.product, item.probability) for item in items]


def same(found: Ranked, expected: Ranked, tolerance: float = 2e-6) -> None:
    assert [name for name, _chance in found] == [name for name, _chance in expected]
    assert [chance for _name, chance in found] == pytest.approx(
        [chance for _name, chance in expected], abs=tolerance
    )


def pairs(items: list[dict[str, Any]]) -> Ranked:
    return [(item["product"], item["probability"]) for item in items]


def test_the_page(shop: tuple[Home, str], history: list[str], expected: Ranked) -> None:
    home, run = shop
    added = add_edits(history)
    for query in (Query(run=run, user=USER, k=8), Query(run=run, k=8, edit=added)):
        items = edited_history(serve_run(home, run), query).ranked.items
        same([(item.product, item.probability) for item in items], expected)


def test_the_command_line(
    shop: tuple[Home, str],
    history: list[str],
    expected: Ranked,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home, run = shop
    for who in (["--user", USER], ["--history", write_list(history)]):
        words = ["--home", str(home.path), "recommend", run, *who, "-k", "8", "--json"]
        assert type_command(words) == 0
        same(pairs(json.loads(capsys.readouterr().out)["items"]), expected)


def test_the_http_interface(shop: tuple[Home, str], history: list[str], expected: Ranked) -> None:
    home, run = shop
    client = create_app(home, api=ApiSettings()).server.test_client()
    for who in ({"user": USER}, {"history": history}):
        answer = client.post(
            "/api/v1/recommendations",
            json={"run": run, "k": 8, **who},
            base_url="http://localhost",
        )
        same(pairs(answer.json["items"]), expected)  # type: ignore[index]


def test_the_exported_bundle(
    shop: tuple[Home, str],
    history: list[str],
    expected: Ranked,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home, run = shop
    out = tmp_path / "bundle"
    assert type_command(["--home", str(home.path), "export", run, "--out", str(out)]) == 0
    assert "example.py" in capsys.readouterr().out
    words = [sys.executable, str(out / "example.py"), *history]
    printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in printed.splitlines()]
    same([(name, float(chance)) for name, chance in rows][:8], expected)


def test_the_file_with_every_buyer(
    shop: tuple[Home, str],
    expected: Ranked,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home, run = shop
    out = tmp_path / "lists.parquet"
    words = ["--home", str(home.path), "score", run, "--out", str(out), "-k", "8", "--json"]
    assert type_command(words) == 0
    assert json.loads(capsys.readouterr().out)["buyers"] == 240
    lists = pd.read_parquet(out)
    mine = lists[lists["user"] == USER]
    same(list(zip(mine["product"], mine["probability"], strict=True)), expected)


def test_keras(shop: tuple[Home, str], history: list[str], expected: Ranked) -> None:
    import keras

    import model.networks.network  # noqa: F401 # registers the layers

    home, run = shop
    network = keras.saving.load_model(home.runs / run / "model.keras", safe_mode=True)
    predictor = serve_run(home, run).model
    batch = (
        predictor.inputs.of_products([history]).latest(predictor.length).padded(predictor.features)
    )
    scores = np.asarray(network({one.name: batch[one.name] for one in network.inputs}))[0]
    chances = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    best = np.argsort(-scores, kind="stable")[:8]
    same([(predictor.catalogue.products[place], float(chances[place])) for place in best], expected)


def test_an_id_with_a_comma_is_given_everywhere(
    shop: tuple[Home, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = shop
    products = [PLATE, TEAPOT]
    items = serve_run(home, run).model.recommend(products, k=8)
    expected = [(item.product, item.probability) for item in items]

    query = Query(run=run, k=8, edit=add_edits(products))
    read = Query.read(dict(parse_qsl(urlsplit(query.href()).query)))
    page = edited_history(serve_run(home, run), read)
    assert [event.product for event in page.events] == products
    same([(item.product, item.probability) for item in page.ranked.items], expected)

    quoted = '"plate, 12"" wide"'
    for histories in ([f"{quoted}, teapot"], [quoted, "teapot"]):
        words = [word for line in histories for word in ("--history", line)]
        type_command(["--home", str(home.path), "recommend", run, *words, "-k", "8", "--json"])
        answer = json.loads(capsys.readouterr().out)
        assert (answer["history"], answer["unknown"]) == (products, [])
        same(pairs(answer["items"]), expected)

    client = create_app(home, api=ApiSettings()).server.test_client()
    question = {"run": run, "history": products, "k": 8}
    response = client.post("/api/v1/recommendations", json=question, base_url="http://localhost")
    same(pairs(response.json["items"]), expected)  # type: ignore[index]

    type_command(["--home", str(home.path), "export", run, "--out", str(tmp_path / "bundle")])
    example = tmp_path / "bundle" / "example.py"
    done = subprocess.run(
        [sys.executable, str(example), *products], check=True, capture_output=True, text=True
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    same([(name, float(chance)) for name, chance in rows][:8], expected)
    assert done.stderr == ""


def test_ids_that_are_none_are_named(
    shop: tuple[Home, str], capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = shop
    recommend = ["--home", str(home.path), "recommend", run]
    assert type_command([*recommend, "--history", "plate, 12"]) == 2
    assert "“plate”, “12”" in capsys.readouterr().err
    assert type_command([*recommend, "--history", '"plate']) == 2
    assert "quotation mark in --history" in capsys.readouterr().err
    assert type_command([*recommend, "--history", "teapot,plate"]) == 0
    assert capsys.readouterr().err == "Training never saw “plate”.\n"


def test_bad_places_and_unknown_runs_are_one_sentence(
    shop: tuple[Home, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = shop
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    for words in (
        ["export", run, "--out", str(tmp_path / "full")],
        ["export", "toy-99", "--out", str(tmp_path / "new")],
        ["score", run, "--out", str(tmp_path / "lists.xlsx")],
        ["score", run, "--out", str(tmp_path / "no" / "lists.csv")],
        ["score", "toy-99", "--out", str(tmp_path / "lists.csv")],
    ):
        assert type_command(["--home", str(home.path), *words]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_lists_are_made_by_a_worker_and_taken_from_the_page(
    shop: tuple[Home, str],
) -> None:
    home, run = shop
    job = start_scoring(home, run, k=5, kind="csv")
    assert [row.run for row in jobs_of_run(home, run, "score")] == [job]
    from dashboard.services.runs.monitor import follow

    list(follow(home, job))
    client = create_app(home).server.test_client()
    answer = client.get(f"/take/lists/{job}", base_url="http://localhost")
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == 1 + 240 * 5
    archive = client.get(f"/take/bundle/{run}.zip", base_url="http://localhost")
    assert archive.data[:2] == b"PK"
    assert not list(home.cache.glob("download-*"))
    for path in ("/take/lists/toy-score-99", f"/take/lists/{run}", "/take/bundle/no.zip"):
        assert client.get(path, base_url="http://localhost").status_code == 404
