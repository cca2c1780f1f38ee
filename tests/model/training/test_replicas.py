"""Two devices that share a training's steps learn what one learns."""

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import model.training.step
import model.training.trainer
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from model.config.run_config import RunConfig
from model.networks.data_sizes import DataSizes
from model.networks.network import build
from model.networks.transition_head import LATEST
from model.run_files import EVALUATION
from model.run_folder import RunFolder
from model.sequences.split_data import SplitData, split_dataset, split_prepared
from model.sequences.windows import TrainingBatch, training_windows
from model.training.initial_counts import start_from_counts
from model.training.negative_sampling import NegativeSampler
from model.training.replicas import split, training_devices
from model.training.step import CompiledSteps
from model.training.trainer import Trainer, train
from tests.model.toys import buyer_table, imported, prepared, random_histories, small
from tests.model.training.test_trainer import Notes, never

pytestmark = pytest.mark.slow

HISTORIES = random_histories(61, 30)
TWO = ("CPU:0", "CPU:1")
CLOSE = 1e-5
"""How far two sums of the same numbers in another order may be apart after some steps."""


def have_two_devices() -> None:
    """Let TensorFlow see two processors where there is one, before it starts."""
    one = tf.config.list_physical_devices("CPU")[0]
    half = tf.config.LogicalDeviceConfiguration()
    tf.config.set_logical_device_configuration(one, [half, half])


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Executor]:
    """A process whose TensorFlow has two devices."""
    with ProcessPoolExecutor(1, get_context("spawn"), have_two_devices) as executor:
        yield executor


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the dataset ``toy``."""
    folder = tmp_path_factory.mktemp("replicas")
    imported(Store(Home(folder / "home")), HISTORIES, folder)
    return folder / "home"


def batches(config: RunConfig, data: SplitData) -> list[TrainingBatch]:
    """Return the batches of an epoch, with all that the network reads."""
    random = np.random.default_rng(1)
    windows = training_windows(data.buyers, config.sequence_length, random)
    return list(
        windows.batches(
            config.columns,
            config.batch_size,
            random,
            repeats=config.repeat_head,
            asking_time=config.asking_time,
            buyer=config.buyer_attributes,
            following=LATEST if config.transition_head else 0,
        )
    )


def toy(**changes: Any) -> tuple[RunConfig, SplitData]:
    config = small(**{"network": "rnn", "batch_size": 64} | changes)
    buyers = buyer_table(len(HISTORIES)) if config.buyer_attributes else None
    log = prepared(HISTORIES) if buyers is None else prepared(HISTORIES, buyers=buyers)
    return config, split_prepared(log, config)


def learnt(devices: tuple[str, ...], **changes: Any) -> tuple[list[Any], list[Any]]:
    """Return what the steps of an epoch return, and every variable after them."""
    config, data = toy(dropout=0.0, **changes)
    network = build(config, DataSizes.of(data))
    start_from_counts(network, data.buyers, data.popularity)
    negatives = NegativeSampler(data.popularity, 0.5, config.negatives)
    steps = CompiledSteps(network, config, negatives, devices)
    random = np.random.default_rng(2)
    losses = [steps.train(batch, random, 0.01) for batch in batches(config, data)]
    return losses, [np.array(variable) for variable in steps.variables]


def difference(large_table: int, changes: dict[str, Any]) -> float:
    """Return how far apart losses and variables are after an epoch on two devices and on one."""
    model.training.step.LARGE_TABLE = large_table
    (losses, shared), (expected, alone) = (learnt(devices, **changes) for devices in (TWO, ()))
    pairs = zip([losses, *shared], [expected, *alone], strict=True)
    return max(float(np.abs(np.asarray(one) - other).max()) for one, other in pairs)


def trained(
    home: Path, folder: Path, devices: tuple[tuple[str, ...], ...], **changes: Any
) -> list[Any]:
    """Train two epochs, with each of these devices in turn, and return every variable."""
    config = small(**{"network": "gru", "batch_size": 64, "epochs": 2} | changes)
    data = split_dataset(config, Store(Home(home)).open("toy"))
    for place, names in enumerate(devices, start=1):
        notes, is_last = Notes(), place == len(devices)
        trainer = Trainer(
            config,
            data,
            RunFolder(folder),
            notes,
            partial(is_over, notes, never=is_last),
            devices=names,
        )
        trainer.restore()
        assert trainer.run_epochs() is is_last
    return [np.array(one) for one in (*trainer.steps.variables, *trainer.averages.variables)]


def is_over(notes: Notes, *, never: bool) -> bool:
    """Return whether a training has learnt an epoch."""
    return not never and any(epoch == 1 and step is None for epoch, step, *_rest in notes.metrics)


def whole_runs(home: Path, folder: Path) -> list[str]:
    """Train and evaluate a run, and one that starts from it; return what the second one said."""
    model.training.trainer.training_devices = lambda _gpus: TWO
    dataset, notes = Store(Home(home)).open("toy"), Notes()
    config = small(network="gru", compare_baselines=False, blend=False)
    assert train(config, dataset, folder / "first", Notes(), never)
    assert train(config.override({"start_from": "first"}), dataset, folder / "second", notes, never)
    return notes.lines


CASES: dict[str, dict[str, Any]] = {
    "full softmax": {"gradient_clipping": 0.5, "weight_decay": 0.1, "label_smoothing": 0.1},
    "sampled softmax": {"loss": "sampled_softmax", "weight_decay": 0.1, "gradient_clipping": 0.5},
    "tied embeddings": {"tied_embeddings": True, "product_traits": True},
    "transition head": {"transition_head": True},
    "cosine output": {"cosine_output": True, "tied_embeddings": True},
    "repeat head": {"repeat_head": True, "asking_time": True, "loss": "sampled_softmax"},
    "both heads": {"repeat_head": True, "transition_head": True, "features": "product,hour,gap"},
    "attributes": {"buyer_attributes": True},
    "batch normalisation": {"network": "paper", "layers": 2},
    "ensemble": {"ensemble_size": 2, "repeat_head": True, "gradient_clipping": 0.5},
    "batches of one window": {"batch_size": 1},
}


@pytest.mark.parametrize("name", CASES)
def test_an_epoch_on_two_devices_is_one_on_a_single_device(elsewhere: Executor, name: str) -> None:
    assert elsewhere.submit(difference, 2**16, CASES[name]).result() < CLOSE


def test_large_tables_learn_the_same_by_row(elsewhere: Executor) -> None:
    changes = {"loss": "sampled_softmax", "tied_embeddings": True, "weight_decay": 0.1}
    assert elsewhere.submit(difference, 20, changes).result() < CLOSE


def test_two_devices_go_on_where_they_stopped(
    elsewhere: Executor, home: Path, tmp_path: Path
) -> None:
    learn = partial(trained, home, dropout=0.3, weight_averaging=1.0)
    whole = elsewhere.submit(learn, tmp_path / "whole", (TWO,)).result()
    parted = elsewhere.submit(learn, tmp_path / "parted", (TWO, TWO)).result()
    for one, other in zip(whole, parted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_one_device_goes_on_where_two_stopped(
    elsewhere: Executor, home: Path, tmp_path: Path
) -> None:
    learn = partial(trained, home, dropout=0.0, weight_averaging=1.0)
    whole = elsewhere.submit(learn, tmp_path / "whole", ((),)).result()
    parted = elsewhere.submit(learn, tmp_path / "parted", (TWO, ())).result()
    for one, other in zip(whole, parted, strict=True):
        np.testing.assert_allclose(one, other, atol=CLOSE)


def test_a_run_on_two_devices_ends_evaluated_and_another_one_starts_from_it(
    elsewhere: Executor, home: Path, tmp_path: Path
) -> None:
    lines = elsewhere.submit(whole_runs, home, tmp_path).result()
    assert any("The weights are those of first" in line for line in lines)
    assert (tmp_path / "second" / EVALUATION).exists()


def test_the_parts_of_a_batch_hold_its_windows_with_their_targets() -> None:
    config, data = toy(repeat_head=True, transition_head=True, asking_time=True)

    def read(batch: TrainingBatch) -> list[Any]:
        """Return what is predicted from what, target by target."""
        window, event = np.divmod(batch.position[batch.state], batch.inputs["product"].shape[1])
        assert batch.candidates is not None and batch.following is not None
        of_targets = zip(
            batch.number,
            batch.target,
            event,
            batch.inputs["product"][window],
            batch.candidates.product[batch.state],
            batch.following[batch.state],
            strict=True,
        )
        return sorted(str([np.asarray(one).tolist() for one in target]) for target in of_targets)

    odd = 0
    for batch in batches(config, data):
        count = len(batch.inputs["length"])
        for parts in (1, 2, 3):
            pieces = split(batch, parts)
            sizes = [len(piece.inputs["length"]) for piece in pieces]
            assert sum(sizes) == count and max(sizes) - min(sizes) <= 1
            assert sorted(chain.from_iterable(map(read, pieces))) == read(batch)
        odd += count % 2
    assert odd


def test_more_gpus_than_there_are_are_refused_before_anything_is_written(
    home: Path, tmp_path: Path
) -> None:
    dataset = Store(Home(home)).open("toy")
    with pytest.raises(BadInput, match=r"gpus cannot be “64” here: TensorFlow finds \d+ GPUs?"):
        Trainer.create(small(gpus=64), dataset, tmp_path / "run", Notes(), never)
    assert not (tmp_path / "run").exists()


def test_a_training_that_asks_for_no_number_of_gpus_is_not_shared() -> None:
    assert training_devices(-1) == ()
