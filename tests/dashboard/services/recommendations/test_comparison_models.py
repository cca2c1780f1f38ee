"""Models to compare with, of which none is fitted inside a request."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dashboard import formats
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.comparison_panel import comparison_panel
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.side_by_side import ComparedList, shared_products, side_by_side
from dashboard.pages.recommend.view_model import Comparison, compare, edited_history
from dashboard.services.recommendations.comparison_models import (
    NotFitted,
    blend_member,
    comparison_choices,
    comparison_model,
    fitting_job,
    not_fitted,
    start_fitting,
)
from dashboard.services.recommendations.ranking import rank_products
from dashboard.services.recommendations.served_run import ServedRun, serve_run
from dashboard.services.recommendations.what_if import HistoryEvent
from dashboard.services.runs.monitor import follow
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from model.baselines import BASELINES
from model.baselines.stored import save_baseline
from model.baselines.tuning import fit
from model.blend.blend import Blend
from model.blend.conditional_logit import BlendWeights
from model.evaluation.evaluate import evaluate_run
from model.run_folder import RunFolder
from model.sequences.split_data import split_dataset
from model.serving.onnx_model import load_recommenders
from tests.dashboard.shop import copy_shop
from tests.dashboard.text import text_of

Shop = tuple[Home, str]
HISTORY = [HistoryEvent("0", "teapot")]


@pytest.fixture(scope="module")
def fitted(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> ServedRun:
    """A run with every baseline stored beside it."""
    home, name = copy_shop(trained_shop, tmp_path_factory.mktemp("fitted"))
    run = RunFolder(home.runs / name)
    task = split_dataset(run.config(), Store(home).open("toy"))
    for baseline in BASELINES:
        save_baseline(run.path, fit(baseline, task))
    return serve_run(home, name)


def comparison(served: ServedRun, **changes: str) -> Comparison:
    result = compare(edited_history(served, Query(run=served.name, user="u00003", **changes)))
    assert result is not None
    return result


@pytest.mark.parametrize("name", BASELINES)
def test_every_stored_baseline_ranks_as_the_fitted_one(fitted: ServedRun, name: str) -> None:
    stored = comparison_model(fitted, f"baseline:{name}")
    assert stored.probabilistic == BASELINES.load(name).probabilistic
    items = rank_products(stored.model, HISTORY, k=5).items
    assert len(items) == 5
    if blend_member(fitted, name) is None:
        folder = RunFolder(fitted.handle.folder)
        task = split_dataset(folder.config(), fitted.require_dataset())
        fresh = rank_products(fitted.model.with_recommender(fit(name, task)), HISTORY, k=5)
        assert [item.product for item in items] == [item.product for item in fresh.items]


def test_a_member_of_the_blend_needs_no_fit_and_is_named_as_such(own_shop: Shop) -> None:
    home = own_shop[0]
    run = RunFolder(home.runs / own_shop[1])
    task = split_dataset(run.config(), Store(home).open("toy"))
    members = [*load_recommenders(run)[-1:], fit("markov", task)]
    equal = BlendWeights(np.full(2, 0.5), np.full(3, 0.5), np.full(3, 0.5), 0.1)
    Blend(members, [equal], np.ones(2), task.popularity).save(run)
    served = serve_run(home, run.path.name)
    assert not_fitted(served, ["baseline:markov", "baseline:ease"]) == ["ease"]
    other = comparison_model(served, "baseline:markov")
    assert other.name == "Markov, member of the blend"
    assert other.model.recommender is blend_member(served, "markov")
    assert ("baseline:markov", other.name) in comparison_choices(served, [])
    assert "the network alone" in comparison_model(served, "network").name


def test_a_baseline_is_fitted_by_a_job_and_then_compared(own_shop: Shop) -> None:
    home, served = own_shop[0], serve_run(*own_shop)
    name = next(name for name in BASELINES if blend_member(served, name) is None)
    key = f"baseline:{name}"
    with pytest.raises(NotFitted):
        comparison_model(served, key)
    assert dict(comparison_choices(served, []))[key].endswith("(not fitted yet)")
    offer = text_of(comparison_panel(served, comparison(served, beside=key)))
    assert f"{formats.model(name)} has not been fitted for this run yet" in offer
    assert "Fit now" in offer
    start_fitting(served, [name])
    start_fitting(served, [name])
    jobs = Runs(home).list(kind="fit")
    assert [job.config["baselines"] for job in jobs] == [[name]]
    assert fitting_job(served, name) is not None
    list(follow(home, jobs[0].run))
    assert fitting_job(served, name) is None
    assert not not_fitted(served, [key])
    lists = comparison(served, beside=key).lists
    assert lists is not None
    assert lists[1].name == formats.model(name)


def test_a_failed_fit_says_why_and_can_be_tried_again(own_shop: Shop) -> None:
    home, served = own_shop[0], serve_run(*own_shop)
    name = next(name for name in BASELINES if blend_member(served, name) is None)
    start_fitting(served, [name])
    Store(home).delete("toy")
    list(follow(home, Runs(home).list(kind="fit")[0].run))
    text = text_of(comparison_panel(served, Comparison(not_fitted=(name,))))
    assert "no dataset toy" in text
    assert "Fit now" in text


def test_a_request_for_a_comparison_reads_no_events_and_fits_nothing(shop: Shop) -> None:
    home, run = shop
    code = f"""
import sys
from pathlib import Path
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.view_model import compare, edited_history
from dashboard.services.recommendations.comparison_models import comparison_choices
from dashboard.services.recommendations.served_run import serve_run
from data.datasets.dataset import Dataset
from data.home import Home
from model.baselines import BASELINES

def refuse(dataset):
    raise AssertionError("events are read")

served = serve_run(Home(Path({str(home.path)!r})), {run!r})  # with the titles of the products
Dataset.connect = refuse
comparison_choices(served, [])
for name in BASELINES:
    assert compare(edited_history(served, Query(run={run!r}, beside=f"baseline:{{name}}")))
sys.exit(", ".join({{"model.baselines.tuning", "keras", "tensorflow"}} & set(sys.modules)) or 0)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_other_runs_of_the_same_dataset_are_choices(shop: Shop) -> None:
    served = serve_run(*shop)
    own = served.handle.run
    later, other = replace(own, run="toy-9", label="later"), replace(own, run="x-1", dataset="x")
    choices = comparison_choices(served, [later, own, other])
    assert [choice for choice in choices if choice[0].startswith("run:")] == [
        ("run:toy-9", "later")
    ]


def test_the_choices_are_the_baselines_of_the_evaluation(shop: Shop) -> None:
    home, run = shop
    report = evaluate_run(home.runs / run, Store(home).open("toy"))
    names = {model["name"] for model in report["models"] if model["kind"] == "baseline"}
    keys = {key for key, _name in comparison_choices(serve_run(home, run), [])}
    assert {f"baseline:{name}" for name in names} <= keys


@pytest.mark.parametrize("key", ["baseline:astrology", "run:toy-99", "anybody"])
def test_an_unknown_model_is_an_error_beside_the_ranking(shop: Shop, key: str) -> None:
    served = serve_run(*shop)
    assert comparison(served, beside=key).error
    with pytest.raises(BadInput, match=key.rpartition(":")[2]):
        comparison_model(served, key)


def test_two_lists_say_what_they_share(fitted: ServedRun) -> None:
    query = Query(run=fitted.name, user="u00003", hide=1, beside="baseline:popularity")
    history = edited_history(fitted, query)
    result = compare(history)
    assert result is not None
    assert result.lists is not None
    mine, other = result.lists
    assert mine.ranked is history.ranked
    shared = mine.positions.keys() & other.positions.keys()
    assert shared_products(mine, other) == len(shared)
    text = text_of(side_by_side(mine, other))
    assert f"share {len(shared)} of 10" in text
    assert "the product bought next has rank" in text


def test_two_baselines_are_compared_with_each_other(fitted: ServedRun) -> None:
    lists = comparison(fitted, compare="baseline:markov", beside="baseline:ease").lists
    assert lists is not None
    assert [side.name.partition(",")[0] for side in lists] == [
        formats.model("markov"),
        formats.model("ease"),
    ]
    assert lists[0].probabilistic
    assert not lists[1].probabilistic


def test_a_list_compared_with_itself_agrees_at_every_position(shop: Shop) -> None:
    ranked = edited_history(serve_run(*shop), Query(run=shop[1], edit="add:teapot")).ranked
    text = text_of(side_by_side(ComparedList("one", ranked), ComparedList("other", ranked)))
    assert "share 5 of 5" in text
    assert text.count("same place") == 10
