"""Histories with events of several types: a log in which what is carted is bought next."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.preparation.preparation import PREPARATIONS
from data.preparation.prepare import PreparedEvents
from data.preparation.splits import PROTOCOLS, split
from model.baselines.personal_frequency import PersonalFrequency
from model.evaluation.diagnostics import find_leaks
from model.evaluation.evaluate import predict_targets
from model.run_files import KERAS_MODEL
from model.run_folder import RunFolder
from model.sequences.histories import EventColumns
from model.sequences.inputs import serving_inputs
from model.sequences.split_data import SplitData, split_dataset, split_prepared
from model.sequences.windows import target_windows, training_windows
from model.serving.bundle import export
from model.serving.onnx_model import OnnxRecommender, load_recommenders
from model.serving.predictor import Predictor
from model.training.trainer import train
from tests.conftest import Setup
from tests.model.sequences.test_windows import all_pairs
from tests.model.toys import START, VISIT, carted, imported, prepared, save_blend, small
from tests.model.training.test_trainer import Notes, never

CONFIG: dict[str, Any] = {
    "protocol": "temporal",
    "network": "gru",
    "width": 32,
    "embedding_width": 16,
    "repeat_head": True,
    "epochs": 12,
    "learning_rate": 0.01,
}


def train_on_carts(folder: Path) -> None:
    """Train a network on the toy in ``folder / "run"``."""
    histories, columns = carted()
    dataset = imported(Store(Home(folder / "home")), histories, folder, **columns)
    train(small(**CONFIG), dataset, folder / "run", Notes(), never)
    run = RunFolder(folder / "run")
    save_blend(run, split_dataset(run.config(), dataset), "markov", "repurchase")


@pytest.fixture(scope="session")
def run(set_up_once: Setup) -> tuple[Path, Dataset]:
    """The folder of the trained run and its dataset; no test changes them."""
    folder = set_up_once("carts", train_on_carts)
    return folder / "run", Store(Home(folder / "home")).open("toy")


@pytest.fixture(scope="module")
def task(run: tuple[Path, Dataset]) -> SplitData:
    folder, dataset = run
    return split_dataset(RunFolder(folder).config(), dataset)


def six_hours_apart(events: pd.DataFrame) -> pd.Series:
    """Return times at which a visit takes a day."""
    return START + pd.to_timedelta(events["step"] * 6 * 3600 + events["row"], unit="s")


@pytest.fixture(scope="module")
def log() -> PreparedEvents:
    histories, columns = carted(buyers=40)
    return prepared(histories, **columns, time=six_hours_apart)


def hit_rate(task: SplitData, model: Any) -> float:
    """Return HR@1 on the test targets."""
    prediction = predict_targets(task, task.split.test, [model])[0]
    return float((prediction.rank == 1).mean())


def test_what_was_carted_is_bought(run: tuple[Path, Dataset], task: SplitData) -> None:
    network = load_recommenders(RunFolder(run[0]))[-1]
    assert task.split.moment == "session"
    assert hit_rate(task, network) > 0.9


def test_purchases_alone_do_not_tell(task: SplitData) -> None:
    baseline = PersonalFrequency()
    baseline.fit(baseline.read(task.buyers), task.products)
    assert hit_rate(task, baseline) < 0.2


def test_the_type_is_a_feature_where_there_are_several(run: tuple[Path, Dataset]) -> None:
    assert "type" in RunFolder(run[0]).config().features


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("moment", ["event", "session", "basket"])
def test_targets_do_not_depend_on_the_types_in_the_history(
    log: PreparedEvents, protocol: str, moment: str
) -> None:
    purchases = log.events[log.events["target"]].reset_index(drop=True)
    rows = []
    for events in (log.events, purchases):
        parts = split(PreparedEvents(events, ()), protocol, seed=3, moment=moment, days=1)
        rows.append(
            [events["row"].to_numpy()[part].tolist() for part in (parts.validation, parts.test)]
        )
    assert rows[0] == rows[1]
    assert all(rows[0])


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("moment", ["auto", "event", "session", "basket"])
def test_no_history_leaks(log: PreparedEvents, protocol: str, moment: str) -> None:
    if protocol == "basket" and moment == "event":
        with pytest.raises(BadInput, match="moment cannot be “event” under protocol basket"):
            small(protocol=protocol, moment=moment)
        return
    task = split_prepared(log, small(protocol=protocol, moment=moment, horizon_days=1))
    assert find_leaks(task) == []


def test_a_history_that_holds_its_session_is_found(log: PreparedEvents) -> None:
    task = split_prepared(log, small(moment="session"))
    asked = int(task.split.test[0])
    task.columns["lag"][asked] = 0
    task.columns["session"][:] = 0
    task.sequences.session[:] = 0
    assert find_leaks(task) != []


@pytest.mark.parametrize("length", [1, 5, 100])
def test_every_training_target_is_predicted_once_from_what_was_known(
    log: PreparedEvents, length: int
) -> None:
    task = split_prepared(log, small(protocol="temporal", moment="session"))
    product = task.sequences.product
    windows = training_windows(task.buyers, length, np.random.default_rng(0))
    read = all_pairs(windows)
    assert len(read) == len(task.split.train)
    evaluated = target_windows(task.histories(task.split.test), task.split.test, length)
    whole = sorted(
        (tuple(product[max(start, end - length) : end].tolist()), int(product[target]) - 2)
        for start, end, target in zip(
            task.histories(task.split.test).start,
            task.split.ends[task.split.test],
            task.split.test,
            strict=True,
        )
    )
    assert sorted(all_pairs(evaluated)) == whole


def test_events_from_the_asking_moment_on_change_no_prediction(
    run: tuple[Path, Dataset], task: SplitData
) -> None:
    """Every event outside the histories of some targets is replaced."""
    network = load_recommenders(RunFolder(run[0]))[-1]
    targets = task.split.test[:: VISIT * 2]
    histories = task.histories(targets)
    outside = np.ones(len(task.sequences), dtype=bool)
    outside[histories.indices()] = False
    columns = {name: values.copy() for name, values in task.columns.items()}
    for name in ("product", "type", "category", "brand"):
        columns[name][outside] = 2
    changed = replace(histories, columns=EventColumns(columns))
    np.testing.assert_array_equal(network.scores(changed), network.scores(histories))


def test_a_baseline_reads_the_targets_or_every_event(task: SplitData) -> None:
    histories = task.histories(task.split.test)
    baseline = PersonalFrequency()
    purchases = baseline.read(histories)
    assert purchases.flat("target").all()
    assert (purchases.lengths == histories.lengths // VISIT).all()
    baseline.reads_all = True
    assert baseline.read(histories) is histories


def test_the_exported_network_equals_the_trained_one(
    run: tuple[Path, Dataset], task: SplitData
) -> None:
    onnx = OnnxRecommender(RunFolder(run[0]))
    trained = keras.saving.load_model(run[0] / KERAS_MODEL, safe_mode=True)
    histories = task.histories(task.split.test).select(slice(0, 8))
    names = tuple(tensor.name for tensor in trained.inputs)
    inputs = serving_inputs(histories, names, onnx.length)
    expected = np.asarray(trained(inputs))
    np.testing.assert_allclose(onnx.scores(histories), expected, atol=5e-3)  # log-probabilities
    np.testing.assert_allclose(np.exp(onnx.scores(histories)), np.exp(expected), atol=1e-5)


TYPED: list[list[tuple[str | None, str]]] = [
    [],
    [(None, "p001")],
    [("view", "p001"), ("cart", "p002"), ("view", "p003")],
    [("purchase", "p001"), ("cart", "never seen"), (None, "p004"), ("view", "p001")] * 30,
]


def test_the_last_cart_ranks_first_and_a_view_of_it_does_not(run: tuple[Path, Dataset]) -> None:
    predictor = Predictor(run[0])
    history, types = ["p009", "p001", "p002", "p003"], ["purchase", "view", "cart", "view"]
    assert predictor.recommend(history, k=1, types=types)[0].product == "p002"
    types = ["purchase", "cart", "view", "view"]
    assert predictor.recommend(history, k=1, types=types)[0].product == "p001"


def test_a_product_alone_was_bought(run: tuple[Path, Dataset]) -> None:
    predictor = Predictor(run[0])
    bare = predictor.scores(["p001", "p002"])
    np.testing.assert_array_equal(bare, predictor.scores(["p001", "p002"], ["purchase"] * 2))
    repeats = predictor.recommend(["p001", "p002"], k=30, types=["view", None])
    assert [item.product for item in repeats if item.repeat] == ["p002"]


def test_a_type_that_training_did_not_see_is_refused(run: tuple[Path, Dataset]) -> None:
    with pytest.raises(BadInput, match="type “wish”: it takes one of"):
        Predictor(run[0]).types.check(["view", "wish"])


@pytest.mark.parametrize("history", TYPED, ids=len)
def test_a_bundle_ranks_as_the_run_does(
    run: tuple[Path, Dataset], tmp_path: Path, history: list[tuple[str | None, str]]
) -> None:
    export(run[0], tmp_path / "bundle")
    expected = Predictor(run[0]).recommend(
        [product for _type, product in history], types=[name for name, _product in history]
    )
    words = [f"{name}:{product}" if name else product for name, product in history]
    example = [sys.executable, str(tmp_path / "bundle" / "example.py"), *words]
    printed = subprocess.run(example, check=True, capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in printed.splitlines()]
    assert [name for name, _probability in rows] == [item.product for item in expected]
    probabilities = [float(probability) for _name, probability in rows]
    assert probabilities == pytest.approx([item.probability for item in expected], abs=2e-6)


def test_the_preparation_of_purchases_reads_purchases(run: tuple[Path, Dataset]) -> None:
    config = small().override({"preparation": "all_purchases"})
    task = split_dataset(config, run[1])
    assert PREPARATIONS["all_purchases"].history_types == ("purchase",)
    assert not task.has_other_types
    assert task.split.moment == "event"
