"""Each network of an ensemble is validated and served as it was after its own best epoch."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.home import Home
from model.config.run_config import RunConfig
from model.run_folder import RunFolder
from model.training.best_members import BestMember
from model.training.checkpoint import TrainingState, restore, save
from model.training.epoch_metrics import EpochMetrics
from model.training.trainer import Trainer
from tests.model.toys import imported, random_histories, small
from tests.model.training.test_trainer import Notes, never

pytestmark = pytest.mark.slow

FIGURES = [[0.3, 0.1], [0.2, 0.2], [0.1, 0.4], [0.2, 0.3]]
"""NDCG@10 of two networks after each of four epochs: the first and the third are their best."""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("ensemble")
    return imported(Store(Home(folder / "home")), random_histories(60, 20), folder)


def ensemble(**changes: Any) -> RunConfig:
    return small(ensemble_size=2, epochs=4, early_stopping=4, weight_averaging=0.5, **changes)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[int, int | None], list[Any]]:
    """Return the weights that are validated, of each network after each epoch, and of both."""
    seen: dict[tuple[int, int | None], list[Any]] = {}
    real = EpochMetrics.validation

    def validation(self: EpochMetrics, member: int | None = None) -> dict[str, float]:
        now = sum(validated is None for _epoch, validated in seen)
        network = self._steps.network
        model = (network if member is None else network.members[member]).serving
        seen[now, member] = [np.array(variable) for variable in model.variables]
        figures = real(self, member)
        return figures | {"ndcg@10": sum(FIGURES[now]) if member is None else FIGURES[now][member]}

    monkeypatch.setattr(EpochMetrics, "validation", validation)
    return seen


def assert_equal(weights: list[Any], *parts: list[Any]) -> None:
    expected = [values for part in parts for values in part]
    assert len(weights) == len(expected)
    for own, other in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(own, other)


def test_an_ensemble_is_that_of_the_best_epochs_of_its_networks(
    seen: dict[tuple[int, int | None], list[Any]], dataset: Dataset, tmp_path: Path
) -> None:
    trainer = Trainer.create(ensemble(), dataset, tmp_path / "run", Notes(), never)
    assert trainer.run_epochs()
    assert_equal(seen[0, None], seen[0, 0], seen[0, 1])
    assert_equal(seen[1, None], seen[0, 0], seen[1, 1])
    assert_equal(seen[2, None], seen[0, 0], seen[2, 1])
    assert_equal(seen[3, None], seen[0, 0], seen[2, 1])
    assert [member.epoch for member in trainer.state.best_members] == [1, 3]
    assert trainer.state.best_epoch == 3
    trainer.save_model(best=True)
    assert_equal([np.array(v) for v in trainer.network.serving.variables], seen[2, None])


def test_training_goes_on_from_the_latest_weights(
    seen: dict[tuple[int, int | None], list[Any]], dataset: Dataset, tmp_path: Path
) -> None:
    Trainer.create(ensemble(), dataset, tmp_path / "run", Notes(), never).run_epochs()
    with_best = dict(seen)
    seen.clear()
    to_the_end = ensemble().override({"early_stopping": 0})
    Trainer.create(to_the_end, dataset, tmp_path / "end", Notes(), never).run_epochs()
    assert set(seen) == {(epoch, None) for epoch in range(4)}
    for epoch, _member in seen:
        assert_equal(seen[epoch, None], with_best[epoch, 0], with_best[epoch, 1])


def test_a_checkpoint_holds_the_best_epoch_of_each_network(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    best = [
        BestMember(1, 0.3, [np.arange(3.0), np.ones((2, 2))]),
        BestMember(3, 0.4, [np.zeros(3), np.full((2, 2), 7.0)]),
    ]
    save(run, [], TrainingState(best_members=best, best_epoch=3))
    restored = restore(run, []).best_members
    assert [(member.epoch, member.figure) for member in restored] == [(1, 0.3), (3, 0.4)]
    for own, other in zip(restored, best, strict=True):
        assert_equal(own.weights, other.weights)
