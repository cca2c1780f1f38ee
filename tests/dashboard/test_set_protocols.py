"""Every page that shows figures has those of sets for a run that predicts sets."""

from pathlib import Path

import pandas as pd
import pytest
from dash.development.base_component import Component

from dashboard.cli import run as type_command
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.pages.recommend.error_tables import error_report
from dashboard.pages.runs import comparison_tables, run_layout, test_results
from dashboard.services.overview import overview
from dashboard.services.recommendations.served_run import serve_run
from dashboard.services.runs import comparison
from data.datasets.store import Store
from data.home import Home
from model.evaluation.evaluate import evaluate_run
from tests.conftest import Setup
from tests.dashboard.shop import histories
from tests.dashboard.text import text_of
from tests.model.toys import START, imported, save_untrained, small


def visits(events: pd.DataFrame) -> pd.Series:
    """Return the sessions: two purchases each."""
    return events["user"] + "-" + (events["step"] // 2).astype(str)


def visit_times(events: pd.DataFrame) -> pd.Series:
    """Return a time of the day for each buyer, and a day for each visit."""
    minutes = pd.factorize(events["user"])[0] + events["step"] // 2 * 1440
    return START + pd.to_timedelta(minutes, unit="min")


def evaluate_shop(folder: Path) -> None:
    """Import the shop, and evaluate two networks with random weights on its baskets."""
    home = Home(folder / "home")
    dataset = imported(Store(home), histories(), folder, time=visit_times, session=visits)
    runs = Runs(home)
    for width in (16, 8):
        config = small(protocol="basket", width=width)
        name = runs.create("train", "toy", config.as_dict(), preset="fast")
        claimed = runs.queue.claim()
        assert claimed is not None
        runs.attempts.begin(name, claimed.attempt, Process.current())
        save_untrained(config, dataset, runs.folder(name))
        evaluate_run(runs.folder(name), dataset)
        runs.attempts.end(name, claimed.attempt, State.FINISHED, None, None)
    runs.close()


@pytest.fixture(scope="module")
def home(set_up_once: Setup) -> Home:
    return Home(set_up_once("basket-shop", evaluate_shop) / "home")


def options(component: Component) -> list[str]:
    return [
        option["value"] for part in component._traverse() for option in getattr(part, "options", [])
    ]


def test_the_page_of_the_run_compares_models_by_metrics_of_sets(home: Home) -> None:
    handle = serve_run(home, "toy-1").handle
    metrics = options(run_layout.metric_choice(handle.run))
    assert metrics == ["ndcg@10", "recall@10", "precision@10", "map@10", "hr@10"]
    for metric in metrics:
        words = text_of(test_results.results(handle.evaluation, metric, "light"))
        assert "Recall@20" in words and "MAP@10" in words and "MRR" not in words
        assert "NDCG@10, buyers" in words
        assert f"{handle.evaluation['sets']} sets of" in words.replace(",", "")


def test_runs_are_compared_pair_by_pair_by_metrics_of_sets(home: Home) -> None:
    compared = comparison.compare(home, ["toy-1", "toy-2"])
    pairs = comparison.paired(home, compared)
    assert pairs.keys() == {"toy-2"}
    words = text_of(comparison_tables.paired(compared, pairs))
    assert "Test Recall@10" in words and "Test MAP@10" in words
    assert "Test Recall@10" in text_of(comparison_tables.figures(compared))


def test_the_error_analysis_has_shares_of_purchases_and_of_sets(home: Home) -> None:
    served = serve_run(home, "toy-1")
    words = text_of(error_report(served, "light"))
    assert "Sets with one in the first ten" in words and "Ranked first" in words
    model = served.handle.evaluation["models"][0]
    targets = served.handle.outcomes.targets
    assert model["per_event"]["recall@10"] == pytest.approx(
        (targets["rank"] <= 10).mean(), abs=0.01
    )


def test_the_best_hit_rate_of_the_home_page_is_none_of_sets(home: Home) -> None:
    seen = overview(home)
    assert {summary.hit_rate is not None for summary in seen.models} == {True}
    assert seen.best is None


def test_the_command_line_prints_metrics_of_sets(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert type_command(["--home", str(home.path), "evaluate", "toy-1"]) == 0
    printed = capsys.readouterr().out
    assert "sets of" in printed and "recall@10" in printed and "mrr@10" not in printed
