"""Baselines have the figures that others measured on a real year of groceries."""

from pathlib import Path

import pytest

from data.datasets.store import Dataset, Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from model.baselines.base import Baseline
from model.baselines.item_knn import RecentItemKNN
from model.baselines.tuning import fit_all
from model.evaluation.evaluate import predict_targets
from model.metrics.bootstrap import confidence_intervals
from model.metrics.ranking import metrics_per_target
from model.sequences.split_data import SplitData, split_dataset
from tests.model.toys import small

pytestmark = pytest.mark.slow

MEASURED = {
    "temporal": {
        "popularity": 0.0254,
        "personal frequency": 0.0336,
        "popularity + own count": 0.0366,
        "markov": 0.0182,
        "sequence rules": 0.0200,
        "buyer neighbours": 0.0315,
        "item neighbours, recent": 0.0145,
        "matrix factorisation": 0.0252,
    },
    "leave-one-out": {
        "popularity": 0.0306,
        "personal frequency": 0.0361,
        "popularity + own count": 0.0407,
        "markov": 0.0194,
        "sequence rules": 0.0223,
        "buyer neighbours": 0.0363,
        "item neighbours, recent": 0.0132,
        "matrix factorisation": 0.0261,
    },
}
"""NDCG@10 among all products, own ones included."""


@pytest.fixture(scope="module")
def groceries(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    store = Store(Home(tmp_path_factory.mktemp("home")))
    return ingest(store, ImportRequest([shared / "complete_journey_2017.csv.gz"], "groceries"))


def without_itself(task: SplitData) -> Baseline:
    """Item neighbours as they were measured: a product is not among its own neighbours.

    Vitrina's are, which makes them twice as good on groceries.
    """
    model = RecentItemKNN(decay=0.8)
    model.fit(task.buyers, task.products)
    cosines = model.state["cosines"].tocoo()
    cosines.data[cosines.row == cosines.col] = 0
    model.state["cosines"] = cosines.tocsr()
    return model


@pytest.mark.parametrize("protocol", MEASURED)
def test_baselines_agree_with_what_others_measured(groceries: Dataset, protocol: str) -> None:
    measured = MEASURED[protocol]
    task = split_dataset(small(protocol=protocol), groceries)
    fitted = [one for one in fit_all(task) if one.name in measured]
    chosen = [
        one if one.name != "item neighbours, recent" else without_itself(task) for one in fitted
    ]
    targets = task.split.test
    missed, buyers = task.answers(targets) < 0, task.sequences.user[targets]
    sure = {
        one.name: confidence_intervals(metrics_per_target(outcome.rank, missed), buyers)["ndcg@10"]
        for one, outcome in zip(chosen, predict_targets(task, targets, chosen), strict=True)
    }
    assert sure.keys() == measured.keys()
    apart = {
        name: sure[name] for name, figure in measured.items() if not within(figure, sure[name])
    }
    assert not apart


def within(figure: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= figure <= bounds[1]
