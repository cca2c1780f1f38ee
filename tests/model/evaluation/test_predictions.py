"""What a run said of each test purchase can be looked up, and adds up to its figures."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from model.evaluation.evaluate import evaluate_run
from model.evaluation.predictions import StoredPredictions
from model.run_folder import RunFolder
from model.serving.predictor import Predictor
from model.training.trainer import train
from tests.model.toys import imported, random_histories, small
from tests.model.training.test_trainer import Notes, never

Kept = tuple[dict[str, Any], StoredPredictions]


@pytest.fixture(scope="module", params=["temporal", "leave-one-out"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("outcomes")
    dataset = imported(Store(Home(folder / "home")), random_histories(120, 40), folder)
    train(small(protocol=request.param), dataset, folder / "run", Notes(), never)
    report = evaluate_run(folder / "run", dataset)
    return report, StoredPredictions(RunFolder(folder / "run"))


def test_ranks_add_up_to_the_figures_of_the_run(kept: Kept) -> None:
    report, stored = kept
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


def test_a_purchase_is_what_the_run_says_after_the_history_before_it(kept: Kept) -> None:
    _report, stored = kept
    model = Predictor(stored.run.path)
    histories = random_histories(120, 40)
    for row in stored.targets.itertuples():
        products = histories[int(row.user[1:])]
        at = len(products) - 1 - row.after
        assert row.history == at
        assert (row.truth < 0) == (not model.knows(products[at]))
        if row.truth >= 0:
            assert model.products[row.truth] == products[at]
            assert row.repeat == (products[at] in products[:at])
            items = {item.product: item for item in model.recommend(products[:at], k=1_000)}
            assert row.chance == pytest.approx(items[products[at]].probability, rel=1e-3)
            assert model.products[row.first] == next(iter(items))


def test_held_out_parts_begin_where_the_protocol_cuts(kept: Kept) -> None:
    report, stored = kept
    if report["protocol"] != "temporal":
        assert report["held_out"] == {}
        return
    begins = {name: pd.Timestamp(moment) for name, moment in report["held_out"].items()}
    assert begins["validation"] < begins["test"]
    assert stored.targets["time"].min() == begins["test"]


def test_a_run_that_kept_nothing_says_what_to_do(tmp_path: Path) -> None:
    stored = StoredPredictions(RunFolder(tmp_path))
    assert not stored.exist
    with pytest.raises(BadInput, match="evaluate it again"):
        _rows = stored.targets
