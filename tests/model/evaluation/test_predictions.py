"""Stored predictions of the test targets agree with the metrics and with the served model."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.datasets.dataset import Dataset
from data.errors import BadInput
from model.evaluation.evaluate import evaluate_run
from model.evaluation.paired_bootstrap import paired_differences, read_ranks
from model.evaluation.predictions import StoredPredictions
from model.metrics.held_out import HeldOutTargets
from model.run_folder import RunFolder
from model.serving.predictor import Predictor
from tests.model.conftest import HISTORIES
from tests.model.toys import save_untrained, small

Result = tuple[dict[str, Any], StoredPredictions]


@pytest.fixture(scope="module", params=["temporal", "leave-one-out"])
def evaluated(
    request: pytest.FixtureRequest,
    toy_run: tuple[Path, Dataset],
    tmp_path_factory: pytest.TempPathFactory,
) -> Result:
    trained, dataset = toy_run
    folder = tmp_path_factory.mktemp("predictions") / "run"
    if request.param == "temporal":
        save_untrained(small(protocol="temporal"), dataset, folder)
    else:
        shutil.copytree(trained, folder)
    return evaluate_run(folder, dataset), StoredPredictions(RunFolder(folder))


def test_the_tables_agree_with_the_metrics(evaluated: Result) -> None:
    report, stored = evaluated
    targets = stored.targets
    served = report["models"][0]["metrics"]
    assert len(targets) == report["targets"]
    assert ((targets["rank"] <= 10) & (targets["truth"] >= 0)).mean() == pytest.approx(
        served["hr@10"]
    )
    assert (targets["truth"] < 0).sum() == report["cold_targets"]
    assert (stored.products["shown"] > 0).mean() == pytest.approx(served["coverage@10"])
    assert stored.products["shown"].sum() == 10 * len(targets)
    assert (stored.products["found"] <= stored.products["bought"]).all()


def test_a_row_holds_the_prediction_of_the_served_model(evaluated: Result) -> None:
    _report, stored = evaluated
    model = Predictor(stored.run.path)
    for row in stored.targets.itertuples():
        products = HISTORIES[int(row.user[1:])]
        position = len(products) - 1 - row.after
        assert row.history == position
        assert (row.truth < 0) == (products[position] not in model.catalogue)
        if row.truth >= 0:
            assert model.catalogue.products[row.truth] == products[position]
            assert row.repeat == (products[position] in products[:position])
            items = {item.product: item for item in model.recommend(products[:position], k=1_000)}
            assert row.chance == pytest.approx(items[products[position]].probability, rel=1e-3)
            assert model.catalogue.products[row.first] == next(iter(items))


def test_validation_and_test_start_where_the_protocol_splits(evaluated: Result) -> None:
    report, stored = evaluated
    if report["protocol"] != "temporal":
        assert report["held_out"] == {}
        return
    starts = {name: pd.Timestamp(time) for name, time in report["held_out"].items()}
    assert starts["validation"] < starts["test"]
    assert stored.targets["time"].min() == starts["test"]


def test_the_ranks_of_sets_are_kept_and_give_their_figures(
    toy_run: tuple[Path, Dataset], tmp_path: Path
) -> None:
    _run, dataset = toy_run
    folder = tmp_path / "run"
    save_untrained(small(protocol="basket"), dataset, folder)
    report, stored = evaluate_run(folder, dataset), StoredPredictions(RunFolder(folder))
    targets = stored.targets
    assert targets["set"].nunique() == report["sets"] < len(targets)
    assert stored.products["shown"].sum() == 10 * report["sets"]
    ranks = read_ranks(stored.run)
    assert ranks is not None and ranks.same_targets(ranks)
    assert not ranks.same_targets(replace(ranks, sets=None))
    user = pd.factorize(ranks.user)[0]
    figures = HeldOutTargets(user, ranks.cold, ranks.sets).figures(ranks.rank)
    served = report["models"][0]
    for name in ("recall@10", "precision@5", "map@20", "ndcg@10"):
        assert figures.means[name] == pytest.approx(served["metrics"][name])
        assert figures.means_of_buyers[name] == pytest.approx(served["per_buyer"][name])
    assert {d.value for d in paired_differences(ranks, ranks).values()} == {0.0}


def test_a_run_without_stored_predictions_is_refused(tmp_path: Path) -> None:
    stored = StoredPredictions(RunFolder(tmp_path))
    assert not stored.exist
    with pytest.raises(BadInput, match="evaluate it again"):
        _rows = stored.targets
