"""What a configuration says about steps of training is what they do."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import model.training.step
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.home import Home
from model.config.run_config import RunConfig
from model.networks.data_sizes import DataSizes
from model.networks.network import build
from model.run_folder import RunFolder
from model.sequences.split_data import split_dataset, split_prepared
from model.sequences.windows import training_windows
from model.serving.predictor import Predictor
from model.training.lr_schedule import learning_rate
from model.training.negative_sampling import NegativeSampler
from model.training.step import CompiledSteps
from model.training.trainer import NonFiniteLoss, Trainer
from tests.model.toys import imported, prepared, random_histories, small
from tests.model.training.test_trainer import Notes, never

HISTORIES = random_histories(80, 30)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("steps")
    return imported(Store(Home(folder / "home")), HISTORIES, folder)


@cache
def moved(rate: float = 0.01, **changes: Any) -> tuple[float, float]:
    """Return how far one step moves the weights, and how long they are after it."""
    config = small(network="rnn", dropout=0.0, **changes)
    data = split_prepared(prepared(HISTORIES), config)
    network = build(config, DataSizes.of(data))
    steps = CompiledSteps(network, config, NegativeSampler(data.popularity, 0.5, config.negatives))
    random = np.random.default_rng(0)
    batch = next(training_windows(data.buyers, 20, random).batches(config.columns, 256))
    before = [np.array(weight) for weight in network.serving.trainable_variables]
    steps.train(batch, random, rate)
    after = [np.array(weight) for weight in network.serving.trainable_variables]
    far = sum(float(np.abs(a - b).sum()) for a, b in zip(after, before, strict=True))
    return far, sum(float((a**2).sum()) for a in after)


def test_a_step_is_as_long_as_the_learning_rate_says() -> None:
    assert moved(rate=0.02)[0] == pytest.approx(2 * moved(rate=0.01)[0], rel=1e-3)
    assert moved(rate=0.0)[0] == 0


def test_the_steps_are_traced_once_for_batches_of_every_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    traced = []
    for name in ("_train_step", "_evaluation_step"):
        step = getattr(CompiledSteps, name)

        def traced_step(*arguments: Any, name: str = name, step: Any = step) -> Any:
            traced.append(name)
            return step(*arguments)

        monkeypatch.setattr(CompiledSteps, name, traced_step)
    config = small(network="rnn", batch_size=64, repeat_head=True, asking_time=True)
    data = split_prepared(prepared(HISTORIES), config)
    network = build(config, DataSizes.of(data))
    steps = CompiledSteps(network, config, NegativeSampler(data.popularity, 0.5, config.negatives))
    random = np.random.default_rng(0)
    windows = training_windows(data.buyers, 20, random)
    sizes = set()
    for batch in windows.batches(config.columns, 64, random, repeats=True, asking_time=True):
        sizes.add(batch.inputs["product"].shape)
        steps.train(batch, random, 0.01)
        steps.evaluate(batch)
    assert len(sizes) > 3
    assert traced == ["_train_step", "_evaluation_step"]


def test_weight_decay_shrinks_the_weights() -> None:
    assert moved(weight_decay=1.0)[1] < moved()[1] * 0.99


def test_a_gradient_that_is_held_to_nearly_nothing_moves_nearly_nothing() -> None:
    assert moved(gradient_clipping=1e-9)[0] < moved()[0] / 20


def test_the_rate_climbs_then_halves_on_each_plateau() -> None:
    config = RunConfig().override({"schedule": "plateau", "warmup": 2, "learning_rate": 0.01})
    assert learning_rate(config, 1.0) == pytest.approx(0.005)
    assert [learning_rate(config, 3.0, n) for n in (0, 1, 2)] == [0.01, 0.005, 0.0025]


def test_a_plateau_of_a_training_halves_its_rate(dataset: Dataset, tmp_path: Path) -> None:
    config = small(network="rnn", schedule="plateau", epochs=12, learning_rate=0.5)
    data = split_dataset(config, dataset)
    trainer = Trainer(config, data, RunFolder(tmp_path), Notes(), never)
    assert trainer.run_epochs()
    assert trainer.state.plateaus > 0
    rate = float(trainer.steps.optimizer.learning_rate.value)
    assert rate in [0.5**n for n in range(2, trainer.state.plateaus + 2)]


def test_a_loss_that_is_no_number_ends_the_training_with_advice(
    dataset: Dataset, tmp_path: Path
) -> None:
    config = small(network="rnn")
    trainer = Trainer(config, split_dataset(config, dataset), RunFolder(tmp_path), Notes(), never)
    trainer.network.members[0].output.bias.assign(np.full(trainer.data.products, np.nan))
    with pytest.raises(NonFiniteLoss, match=r"epoch 1.*learning_rate"):
        trainer.run_epochs()
    assert not (tmp_path / "checkpoint").exists()


@pytest.mark.slow
def test_a_run_in_mixed_precision_ends_with_a_model_that_predicts(
    dataset: Dataset, tmp_path: Path
) -> None:
    config = small(network="gru", precision="mixed_bfloat16", repeat_head=True)
    assert Trainer.create(config, dataset, tmp_path, Notes(), never).fit()
    chances = [item.probability for item in Predictor(tmp_path).recommend(["p001"], k=99)]
    assert sum(chances) == pytest.approx(1, abs=1e-3)


@pytest.mark.slow
def test_large_tables_learn_by_row_and_go_on_where_they_stopped(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model.training.step, "LARGE_TABLE", 20)
    sampled = {"loss": "sampled_softmax", "tied_embeddings": True}
    config = small(network="rnn", epochs=2, weight_averaging=1.0, **sampled)
    data = split_dataset(config, dataset)
    whole = Trainer(config, data, RunFolder(tmp_path / "whole"), Notes(), never)
    assert whole.run_epochs()
    notes = Notes()

    def after_one_epoch() -> bool:
        return any(epoch == 1 and step is None for epoch, step, _name, _value in notes.metrics)

    parted = Trainer(config, data, RunFolder(tmp_path / "parted"), notes, after_one_epoch)
    assert not parted.run_epochs()
    again = Trainer(config, data, RunFolder(tmp_path / "parted"), Notes(), never)
    again.restore()
    assert again.run_epochs()
    variables = [[*one.steps.variables, *one.averages.variables] for one in (whole, again)]
    for one, other in zip(*variables, strict=True):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), atol=1e-6)
