"""Random rules and random buyers: page, HTTP, file of all lists and bundle give the same list."""

import contextlib
import io
import runpy
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.api.routes import ApiSettings
from dashboard.app import create_app
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.view_model import edited_history
from dashboard.services.recommendations import exports, placements
from dashboard.services.recommendations.recommend import recorded_history
from dashboard.services.recommendations.run_jobs import start_scoring
from dashboard.services.recommendations.served_run import serve_run
from dashboard.services.runs.monitor import follow
from data.datasets.store import Store
from data.home import Home
from data.importing.side_tables import attach_side_tables
from data.preparation.sequences import to_microseconds
from tests.conftest import Setup
from tests.model.toys import START, imported, random_histories, save_untrained, small

pytestmark = pytest.mark.slow

PLACE, RUN = "shop-window", "toy-1"
BUYERS, PRODUCTS, K = 40, 60, 10
Shop = tuple[Home, Path]


def make_shop(folder: Path) -> None:
    """Write a home with a log over two months, a table of products and an untrained network."""
    home = Home(folder / "home")

    def times(events: pd.DataFrame) -> Any:
        return (
            START + pd.to_timedelta(events["step"] * 5, "D") + pd.to_timedelta(events["row"], "min")
        )

    dataset = imported(
        Store(home),
        random_histories(BUYERS, PRODUCTS, longest=14),
        folder,
        time=times,
        brand=lambda events: events["brand"].where(events["product"] != "p003"),
        price=lambda events: events["price"].where(events["product"] != "p004"),
    )
    ids = [f"p{number:03d}" for number in range(PRODUCTS)]
    table = pd.DataFrame({"product": ids, "state": ["yes", "soon", "no"] * (PRODUCTS // 3)})
    table.to_csv(folder / "products.csv", index=False)
    dataset = attach_side_tables(Store(home), "toy", products=folder / "products.csv")
    runs, config = Runs(home), small()
    name = runs.create("train", "toy", config.as_dict())
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(name, claimed.attempt, Process.current())
    save_untrained(config, dataset, runs.folder(name))
    runs.attempts.end(name, claimed.attempt, State.FINISHED, None, None)
    runs.close()


@pytest.fixture(scope="module")
def shop(set_up_once: Setup, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The home, and a file of products in stock."""
    import shutil

    folder = tmp_path_factory.mktemp("shop")
    shutil.copytree(set_up_once("shop-of-rules", make_shop) / "home", folder / "home")
    return Home(folder / "home"), folder / "stock.txt"


@pytest.fixture(scope="module")
def client(shop: Shop) -> Iterator[FlaskClient]:
    with create_app(shop[0], api=ApiSettings(rate="1000 per second")).server.test_client() as one:
        yield one


def listed(home: Home, user: str) -> list[str]:
    """Return the list of the page's service function."""
    query = Query(run=RUN, user=user, k=K, placement=PLACE)
    return [item.product for item in edited_history(serve_run(home, RUN), query).ranked.items]


def answered(client: FlaskClient, user: str) -> dict[str, Any]:
    question = {"run": RUN, "user": user, "k": K, "placement": PLACE}
    response = client.post("/api/v1/recommendations", json=question, base_url="http://localhost")
    assert response.status_code == 200
    return dict(response.json)  # type: ignore[arg-type]


def scored(home: Home, users: list[str]) -> dict[str, list[str]]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "lists.parquet"
        exports.score(home, RUN, file, k=K, placement=PLACE)
        lists = pd.read_parquet(file)
    return {user: lists.loc[lists["user"] == user, "product"].tolist() for user in users}


def words(home: Home, user: str) -> list[str]:
    """Return the arguments of a bundle's example for the record of a buyer."""
    served = serve_run(home, RUN)
    history, times = recorded_history(served, user)
    assert served.end_of_log is not None
    asked = np.datetime64(to_microseconds(served.end_of_log), "us")
    moments = ",".join(str(np.datetime64(time, "us")) for time in times)
    return ["--at", str(asked), "--times", moments, *(product for _type, product in history)]


def run_example(out: Path, arguments: list[str]) -> list[str]:
    """Run a bundle's example in this process and return the products that it prints."""
    printed = io.StringIO()
    before = (list(sys.argv), list(sys.path), set(sys.modules))
    sys.argv, sys.path[:0] = ["example.py", *arguments], [str(out)]
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path(str(out / "example.py"))
    finally:
        sys.argv[:], sys.path[:] = before[:2]
        for name in {"blend", "rules_numpy", "numpy_models"} - before[2]:
            sys.modules.pop(name, None)
    return [line.split("\t")[0] for line in printed.getvalue().splitlines()]


def bundled(home: Home, users: list[str]) -> dict[str, list[str]]:
    with TemporaryDirectory() as folder:
        out = Path(folder) / "bundle"
        exports.export(home, RUN, out, PLACE)
        return {user: run_example(out, words(home, user)) for user in users}


ids = st.lists(st.sampled_from([f"p{number:03d}" for number in range(20)]), min_size=1, unique=True)


@st.composite
def pins(draw: st.DrawFn) -> list[str]:
    products = draw(ids.map(lambda names: names[:3]))
    positions = st.lists(
        st.integers(1, 12), min_size=len(products), max_size=len(products), unique=True
    )
    return [f"{n}:{name}" for n, name in zip(draw(positions), products, strict=True)]


RULES = st.fixed_dictionaries(
    {},
    optional={
        "stock_list": ids,
        "stock_file": ids,
        "stock_values": st.lists(st.sampled_from(["yes", "soon"]), min_size=1, unique=True),
        "never_categories": st.lists(st.sampled_from(["group0", "group1.kind4"]), unique=True),
        "never_brands": st.lists(st.sampled_from(["brand0", "brand2"]), unique=True),
        "recent_days": st.integers(1, 60),
        "again_share": st.sampled_from([0, 0.2, 0.6]),
        "max_per_brand": st.integers(1, 3),
        "max_per_category": st.integers(1, 3),
        "price_low": st.sampled_from([0.3, 0.8]),
        "price_high": st.sampled_from([1.2, 3]),
        "new_days": st.integers(5, 60),
        "new_factor": st.sampled_from([0.5, 1.5, 20]),
        "boost_list": ids,
        "boost_factor": st.sampled_from([0.1, 1.2, 5]),
        "pinned": pins(),
    },
)
USERS = st.lists(
    st.sampled_from([f"u{number:05d}" for number in range(BUYERS)]),
    min_size=1,
    max_size=3,
    unique=True,
)


@settings(max_examples=15, deadline=None)
@given(RULES, USERS)
def test_four_ways_out_give_one_list(
    shop: Shop, client: FlaskClient, rules: dict[str, Any], users: list[str]
) -> None:
    home, stock = shop
    if "stock_file" in rules:
        stock.write_text("\n".join(rules["stock_file"]))
        rules = rules | {"stock_file": str(stock)}
    if "stock_values" in rules:
        rules = rules | {"stock_column": "state"}
    placements.set_rules(home, "toy", PLACE, rules)
    lists, bundles = scored(home, users), bundled(home, users)
    for user in users:
        expected = listed(home, user)
        assert [item["product"] for item in answered(client, user)["items"]] == expected
        assert lists[user] == expected
        assert bundles[user] == expected


def test_what_rules_did_is_told(shop: Shop, client: FlaskClient) -> None:
    home, _stock = shop
    placements.set_rules(home, "toy", PLACE, {})
    own = answered(client, "u00001")
    first, second = (item["product"] for item in own["items"][:2])
    assert own["placement"]["left_out"] == []
    others = [f"p{number:03d}" for number in range(PRODUCTS) if f"p{number:03d}" != first]
    version = placements.set_rules(
        home,
        "toy",
        PLACE,
        {"stock_list": [*others, "not-in-the-catalogue"], "pinned": f"2:{second}"},
    )
    answer = answered(client, "u00001")
    applied = answer["placement"]
    assert (applied["name"], applied["number"]) == (PLACE, version.number)
    assert applied["removed"]["stock"] == 1
    assert applied["unknown"]["stock_list"] >= 1
    assert applied["left_out"] == [{"product": first, "model_rank": 1, "rule": "stock"}]
    item = answer["items"][1]
    assert (item["product"], item["model_rank"], item["rules"]) == (second, 2, ["pinned"])


def test_a_changed_file_of_stock_counts_at_once(shop: Shop, client: FlaskClient) -> None:
    home, stock = shop
    for products in (["p001", "p002"], ["p005"]):
        stock.write_text("\n".join(products))
        placements.set_rules(home, "toy", PLACE, {"stock_file": str(stock)})
        shown = [item["product"] for item in answered(client, "u00002")["items"]]
        assert sorted(shown) == products == sorted(listed(home, "u00002"))
    stock.write_text("p007\np008\n")
    assert sorted(listed(home, "u00002")) == ["p007", "p008"]
    stock.unlink()
    question = {"run": RUN, "user": "u00002", "placement": PLACE}
    response = client.post("/api/v1/recommendations", json=question, base_url="http://localhost")
    assert response.status_code == 404
    assert "cannot be read" in response.json["error"]  # type: ignore[index]


def test_a_bundle_with_rules_needs_nothing_of_vitrina(shop: Shop, tmp_path: Path) -> None:
    home, _stock = shop
    placements.set_rules(home, "toy", PLACE, {"max_per_brand": 1, "recent_days": 9})
    out = tmp_path / "bundle"
    about = exports.export(home, RUN, out, PLACE)
    assert about["placement"]["rules"] == {"recent_days": 9, "max_per_brand": 1}
    check = (
        "import runpy, sys; sys.argv[1:] = sys.argv[2:]; sys.path.insert(0, '.');"
        "runpy.run_path('example.py');"
        "assert not {'data', 'model', 'dashboard', 'tensorflow', 'keras'} & set(sys.modules)"
    )
    command = [sys.executable, "-I", "-c", check, "-", *words(home, "u00003")]
    done = subprocess.run(command, cwd=out, check=True, capture_output=True, text=True)
    shown = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert shown == listed(home, "u00003")


def test_lists_and_bundles_of_the_page_apply_the_rules(shop: Shop, client: FlaskClient) -> None:
    home, _stock = shop
    placements.set_rules(home, "toy", PLACE, {"max_per_brand": 1})
    job = start_scoring(home, RUN, k=K, kind="csv", placement=PLACE)
    placements.set_rules(home, "toy", PLACE, {"max_per_brand": 2})  # the job has its version
    list(follow(home, job))
    lists = pd.read_csv(exports.lists_file(home, job))
    branded = lists[lists["brand"].notna()]
    assert branded.groupby(["user", "brand"]).size().max() == 1
    assert Runs(home).get(job).progress["left_out"]["max_per_brand"] > 0
    archive = client.get(f"/take/bundle/{RUN}.zip?placement={PLACE}", base_url="http://localhost")
    names = zipfile.ZipFile(io.BytesIO(archive.data)).namelist()
    assert {f"{RUN}/rules.npz", f"{RUN}/rules_numpy.py"} <= set(names)
    unknown = client.get(f"/take/bundle/{RUN}.zip?placement=x", base_url="http://localhost")
    assert (unknown.status_code, "no placement x" in unknown.text) == (404, True)
