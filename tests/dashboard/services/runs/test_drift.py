"""What is said of a model that is judged on later purchases, and what to do."""

from pathlib import Path
from typing import Any

import pytest

from dashboard.jobs.run_handle import open_run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.jobs.training_series import Trial
from dashboard.pages.runs import backtest_results, drift_card, search_results
from dashboard.services.runs import backtests, drift, searches
from data.datasets.store import Store
from data.errors import BadInput, Damaged
from data.files import write_json
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.config.presets import preset
from tests.dashboard import drift_results
from tests.dashboard.text import text_of
from tests.model.changing_shop import write_log

Shop = tuple[Home, str]


@pytest.mark.parametrize(
    ("result", "tone", "words"),
    [
        (
            drift_results.drift(-0.05, -0.03),
            "attention",
            ["finds 4.0 points less", "36.0% of", "50% of that", "will know the products"],
        ),
        (
            drift_results.drift(-0.05, -0.03, unknown=-0.01, known=-0.03),
            "attention",
            ["25% of that is products that it does not know", "compare both"],
        ),
        (
            drift_results.drift(-0.05, -0.03, unknown=-0.06, known=0.02),
            "attention",
            ["cost 6.0 points", "makes up for 2.0", "will know the products"],
        ),
        (
            drift_results.drift(-0.05, -0.03, unknown=0.01, known=-0.05),
            "attention",
            ["It knows more of the products", "compare both"],
        ),
        (
            drift_results.drift(-0.05, 0.01),
            "good",
            ["as much as before, within chance", "nothing needs to be done"],
        ),
        (
            drift_results.drift(0.03, 0.05, unknown=0.02, known=0.02),
            "good",
            ["4.0 points more", "nothing needs to be done"],
        ),
        (
            drift_results.drift(-0.05, 0.01, lead=(-0.1, 0.1)),
            "bad",
            ["not clearly ahead of popularity"],
        ),
        (
            drift_results.drift(-0.05, -0.03, lead=(-0.2, -0.1)),
            "bad",
            ["finds 4.0 points less", "Popularity is ahead"],
        ),
    ],
)
def test_a_reading_says_how_much_why_and_what_to_do(
    result: dict[str, Any], tone: str, words: list[str]
) -> None:
    reading = drift.read(result)
    assert reading.tone == tone
    for part in words:
        assert part in f"{reading.finding} {reading.advice}"


@pytest.mark.parametrize(
    ("losses", "tone", "words"),
    [
        (
            [(0.01, -0.01, 0.03), (0.05, 0.02, 0.08)],
            "attention",
            "pays after 14 days: a model of that age finds",
        ),
        (
            [(0.01, -0.01, 0.03), (0.02, -0.01, 0.05)],
            "good",
            "gains nothing that is clear, even after 14",
        ),
        (
            [(-0.05, -0.08, -0.02)],
            "attention",
            "does not pay: a model that is 7 days older finds 5.0 points more",
        ),
        ([], "attention", "One cut says nothing"),
    ],
)
def test_a_backtest_says_after_how_long_training_again_pays(
    losses: list[tuple[float, float, float]], tone: str, words: str
) -> None:
    judged = drift_results.backtest(*losses)
    assert words in backtests.finding(judged)
    assert backtests.tone(judged) == tone


def test_the_page_of_a_backtest_has_the_figures_of_each_cut_beside_popularity() -> None:
    trials = tuple(
        Trial(f"shop-{number}", {"preparation.last": day}, "finished", 0.3)
        for number, day in enumerate(("2024-01-07", "2024-01-14", "2024-01-21"), start=1)
    )
    before = text_of(
        backtest_results.results(backtests.BacktestResult(trials), "light", ended=False)
    )
    assert "NDCG@10 on validation" in before
    judged = drift_results.backtest((0.05, 0.01, 0.09))
    result = backtests.BacktestResult(trials, judged)
    shown = text_of(backtest_results.results(result, "light", ended=True))
    assert "Training again pays after 7 days" in shown
    assert "Popularity, HR@10" in shown
    for words in ("shop-2", "Jan 14, 2024", "1,200", "0.4000", "0.3800 to 0.4200", "0.0800 to 0.1"):
        assert words in shown


@pytest.mark.parametrize(
    ("ended", "words"), [(False, "appears here as soon as"), (True, "ended before a training")]
)
def test_a_series_without_trainings_says_whether_one_may_still_come(
    ended: bool, words: str
) -> None:
    for shown in (
        backtest_results.results(backtests.BacktestResult(), "light", ended=ended),
        search_results.results(searches.SearchResult(), "light", ended=ended),
    ):
        assert words in text_of(shown)


def judged_run(home: Home, run: str) -> str:
    """Return a run that looks as if it were trained under a protocol by time."""
    runs = Runs(home)
    name = runs.create("train", "toy", runs.get(run).config | {"protocol": "temporal"})
    runs.request_stop(name)
    runs.folder(run).rename(runs.folder(name))
    return name


def test_the_card_of_a_run_shows_its_check(own_shop: Shop) -> None:
    home, trained = own_shop
    assert not drift_card.can_be_judged(open_run(home, trained))  # leave-one-out
    run = judged_run(home, trained)
    handle = open_run(home, run)
    assert drift_card.can_be_judged(handle)
    content, chart = drift_card.view(handle, None, "light")
    assert "judge the model on them" in text_of(content)
    assert chart == {}
    write_json(handle.folder / "drift.json", drift_results.drift(-0.05, -0.03))
    content, chart = drift_card.view(handle, None, "light")
    assert "finds 4.0 points less" in text_of(content)
    assert "0.3600 (0.3400 to 0.3800)" in text_of(content)
    assert chart


def test_a_check_that_failed_says_why(own_shop: Shop) -> None:
    home, _trained = own_shop
    runs, run = Runs(home), judged_run(*own_shop)
    job = runs.create("check", "toy", {"run": run})
    claimed = runs.queue.claim()
    assert claimed is not None
    content, _chart = drift_card.view(open_run(home, run), drift.newest_job(home, run), "light")
    assert "Judging the model" in text_of(content)
    runs.attempts.end(job, 1, State.FAILED, "bad_input", "Nothing was added.")
    content, _chart = drift_card.view(open_run(home, run), drift.newest_job(home, run), "light")
    assert "Nothing was added." in text_of(content)


@pytest.mark.parametrize("change", [{"change": {"low": "x"}}, {"weeks": 3}, {"trained_until": "x"}])
def test_a_damaged_check_is_named(own_shop: Shop, change: dict[str, Any]) -> None:
    home, run = own_shop
    handle = open_run(home, run)
    write_json(handle.folder / "drift.json", drift_results.drift(-0.05, -0.03) | change)
    with pytest.raises(
        Damaged, match=r"drift\.json of run toy-1 is damaged; check the model again"
    ):
        _drift = handle.drift


@pytest.mark.parametrize("blend", [False, True])
def test_the_trainings_of_a_backtest_fit_all_baselines_only_for_a_blend(
    home: Home, tmp_path: Path, blend: bool
) -> None:
    """It shows popularity alone; twenty others take longer to fit and evaluate than to train."""
    log = write_log(tmp_path / "log.csv", 0, 4)
    ingest(Store(home), ImportRequest([log], "shop"))
    config = preset("fast").override({"blend": blend})
    name = backtests.start(home, "shop", config, preset="fast", cuts=2)
    assert Runs(home).get(name).config["config"]["compare_baselines"] is blend


@pytest.mark.parametrize(
    ("changes", "cuts", "words"),
    [
        ({"protocol": "leave-one-out"}, 2, "takes a protocol by time"),
        ({"protocol": "temporal", "preparation.last": "2024-01-01"}, 2, "leave preparation.last"),
        ({"protocol": "temporal"}, 25, "at most 24 cuts"),
        ({"protocol": "temporal"}, 2, "too short for a backtest"),
    ],
)
def test_what_cannot_be_a_backtest_is_refused_and_nothing_is_queued(
    shop: Shop, changes: dict[str, Any], cuts: int, words: str
) -> None:
    home, run = shop
    config = open_run(home, run).config.override(changes)
    with pytest.raises(BadInput, match=words):
        backtests.start(home, "toy", config, preset="fast", cuts=cuts)
    assert Runs(home).list(kind="backtest") == []
