"""A training that starts from another run begins with what that run knows, by id."""

import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.preparation.sequences import FIRST
from model.config.run_config import RunConfig
from model.networks.transition_head import LATEST
from model.run_folder import RunFolder
from model.sequences.rules import sequential_rules
from model.serving.onnx_export import save_network
from model.serving.predictor import Predictor
from model.training.trainer import Trainer, train
from model.training.warm_start import built_as
from tests.conftest import Setup
from tests.model.changing_shop import write_log
from tests.model.toys import imported, random_histories, small
from tests.model.training.test_trainer import Notes, never

pytestmark = pytest.mark.slow

PRODUCTS = [f"p{number:03d}" for number in range(20)]
BEFORE = random_histories(80, len(PRODUCTS), longest=8)
MONITORED = "val_ndcg@10"


def dataset(folder: Path, histories: list[Any]) -> Dataset:
    return imported(Store(Home(folder / "home")), histories, folder)


def grown() -> list[Any]:
    """Return a log in which new products are the most frequent ones, so that codes change."""
    return [*BEFORE, *([f"z{buyer % 3}" for _event in range(9)] for buyer in range(90))]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The first log; no test changes it."""
    return dataset(tmp_path_factory.mktemp("before"), BEFORE)


@pytest.fixture(scope="module")
def usual(shop: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on the first log with the usual settings; a test takes a copy."""
    folder = tmp_path_factory.mktemp("usual") / "first"
    train(small(), shop, folder, Notes(), never)
    return folder


def started(config: RunConfig, shop: Dataset, folder: Path) -> Trainer:
    """Train on the first log, and return a training on the grown one before its first epoch."""
    train(config, shop, folder / "first", Notes(), never)
    return warm_training(config, folder)


def warm_training(config: RunConfig, folder: Path) -> Trainer:
    """Return a training on the grown log that starts from ``folder / "first"``."""
    (folder / "b").mkdir()
    later = dataset(folder / "b", grown())
    config = config.override({"start_from": "first"})
    trainer = Trainer.create(config, later, folder / "second", Notes(), never)
    trainer._start_warm()
    return trainer


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"features": "product,category_1,category_2,brand,price"},
        {"network": "sasrec", "tied_embeddings": True, "product_traits": True},
        {"network": "gru", "product_traits": True, "normalise_features": True},
        {"network": "gru", "asking_time": True},
        {"network": "gru", "cosine_output": True, "tied_embeddings": True},
    ],
    ids=lambda changes: ",".join(changes) or "paper",
)
def test_products_that_both_runs_know_begin_with_their_old_scores(
    shop: Dataset, tmp_path: Path, changes: dict[str, Any]
) -> None:
    trainer = started(small(epochs=2, learning_rate=0.01, **changes), shop, tmp_path)
    trainer.run.write_vocabulary(trainer.data.sequences)
    save_network(trainer.run, trainer.network)
    old, new = Predictor(tmp_path / "first"), Predictor(tmp_path / "second")
    assert list(new.catalogue.products[:3]) == ["z0", "z1", "z2"]
    shared = [name for name in old.catalogue.products if name in new.catalogue]
    assert len(shared) == len(old.catalogue.products)

    def scores(model: Predictor) -> Any:
        histories = [["p003"], ["p001", "p007", "p002"], []]
        rows = model.raw_scores(model.inputs.of_products(histories))
        return rows[:, [model.catalogue.index_of(name) for name in shared]]

    np.testing.assert_allclose(scores(new), scores(old), atol=1e-4)


def test_a_repeat_head_keeps_what_it_learned_of_each_product(shop: Dataset, tmp_path: Path) -> None:
    config = small(network="gru", repeat_head=True, epochs=2, learning_rate=0.01)
    trainer = started(config, shop, tmp_path)
    before = keras.saving.load_model(tmp_path / "first" / "model.keras")
    (old,) = (layer for layer in before.layers if type(layer).__name__ == "RepeatHead")
    new = trainer.network.members[0].repeat_head
    assert new is not None
    codes = {name: code for code, name in enumerate(trainer.data.sequences.products.ids, FIRST)}
    others = RunFolder(tmp_path / "first").vocabulary["product"]
    for code, name in enumerate(others, start=FIRST):
        row = np.asarray(new.product_embeddings)[codes[name]]
        np.testing.assert_array_equal(row, np.asarray(old.product_embeddings)[code])
    assert np.abs(np.asarray(old.product_embeddings)[FIRST:]).max() > 0
    np.testing.assert_array_equal(np.asarray(new.linear), np.asarray(old.linear))


def test_a_transition_head_keeps_its_weights_and_counts_its_rules_anew(
    shop: Dataset, tmp_path: Path
) -> None:
    config = small(network="gru", transition_head=True, epochs=2, learning_rate=0.01)
    trainer = started(config, shop, tmp_path)
    before = keras.saving.load_model(tmp_path / "first" / "model.keras")
    (old,) = (layer for layer in before.layers if type(layer).__name__ == "TransitionHead")
    new = trainer.network.members[0].transition_head
    assert new is not None
    assert [variable.name for variable in new.trainable_variables].count("linear") == 1
    for own, other in zip(new.trainable_variables, old.trainable_variables, strict=True):
        np.testing.assert_array_equal(np.asarray(own), np.asarray(other))
    rules = sequential_rules(trainer.data.buyers, trainer.data.popularity, LATEST, new.consequents)
    np.testing.assert_array_equal(np.asarray(new.consequent)[FIRST:], rules.consequent)


def test_new_products_begin_as_usual(usual: Path, tmp_path: Path) -> None:
    shutil.copytree(usual, tmp_path / "first")
    warm = warm_training(small(), tmp_path).network.members[0].output
    cold = (
        Trainer.create(
            small(),
            Store(Home(tmp_path / "b" / "home")).open("toy"),
            tmp_path / "cold",
            Notes(),
            never,
        )
        .network.members[0]
        .output
    )
    for name in ("vectors", "bias"):
        new = slice(0, 3)  # the most frequent products
        np.testing.assert_array_equal(
            np.asarray(getattr(warm, name))[new], np.asarray(getattr(cold, name))[new]
        )


def test_what_is_kept_is_said_in_log_and_configuration(usual: Path, tmp_path: Path) -> None:
    shutil.copytree(usual, tmp_path / "first")
    trainer = warm_training(small(), tmp_path)
    notes = trainer.callback
    assert isinstance(notes, Notes)
    assert notes.lines[-1] == "The weights are those of first, which knows 20 of 23 products."
    assert RunFolder(tmp_path / "second").config().start_from == "first"


@pytest.mark.parametrize(
    "setting", ["repeat_head", "transition_head", "buyer_attributes", "product_attributes"]
)
def test_what_followed_from_the_first_log_follows_for_the_second(setting: str) -> None:
    asked, without = small(**{setting: True}), small(**{setting: False})
    assert built_as(asked, without, "first") == without
    assert built_as(asked, asked, "first") == asked


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start_from": "nowhere"}, "There is no run nowhere"),
        ({"start_from": "../a/first"}, "There is no run ../a/first"),
        ({"start_from": "x" * 300}, "There is no run xxx"),
        ({"width": 8}, "width is 8 here and 16 there"),
        ({"tied_embeddings": True}, "tied_embeddings is True here and False there"),
    ],
)
def test_what_cannot_be_a_start_is_refused(
    usual: Path, shop: Dataset, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    shutil.copytree(usual, tmp_path / "first")
    config = small(start_from="first").override(changes)
    with pytest.raises(BadInput, match=words) as refused:
        Trainer.create(config, shop, tmp_path / "second", Notes(), never)
    assert refused.value.field == "start_from"
    assert not (tmp_path / "second").exists()


def test_a_run_of_other_products_is_no_start(usual: Path, tmp_path: Path) -> None:
    shutil.copytree(usual, tmp_path / "first")
    others = dataset(tmp_path, [[f"other{product}" for product in history] for history in BEFORE])
    config = small(start_from="first")
    trainer = Trainer.create(config, others, tmp_path / "second", Notes(), never)
    with pytest.raises(BadInput, match="knows none of the products"):
        trainer.fit()


def test_a_training_that_resumes_needs_the_first_run_no_more(
    usual: Path, shop: Dataset, tmp_path: Path
) -> None:
    shutil.copytree(usual, tmp_path / "first")
    config = small(start_from="first", epochs=2)
    trainer = Trainer.create(
        config.override({"epochs": 1}), shop, tmp_path / "second", Notes(), never
    )
    trainer.fit()
    shutil.rmtree(tmp_path / "first")
    trainer = Trainer.create(config, shop, tmp_path / "second", Notes(), never, resume=True)
    assert trainer.fit(resume=True)
    assert trainer.state.epochs == 2


def train_two_weeks(folder: Path) -> None:
    """Train until the third week of a shop, and add the fourth, in the same taste."""
    store = Store(Home(folder / "home"))
    three = write_log(folder / "three.csv", 0, 3)
    config = small(protocol="temporal", network="gru", epochs=12, learning_rate=0.02)
    train(config, ingest(store, ImportRequest([three], "shop")), folder / "first", Notes(), never)
    fourth = write_log(folder / "fourth.csv", 3, 1)
    ingest(store, ImportRequest([fourth], "shop", mode="append"))


def test_fewer_epochs_reach_as_far(set_up_once: Setup, tmp_path: Path) -> None:
    folder = set_up_once("warm-start", train_two_weeks)
    shutil.copytree(folder / "first", tmp_path / "first")
    shop = Store(Home(folder / "home")).open("shop")
    config = small(protocol="temporal", network="gru", learning_rate=0.02)

    def curve(name: str, epochs: int, source: str = "") -> list[float]:
        asked = config.override({"epochs": epochs, "start_from": source})
        trainer = Trainer.create(asked, shop, tmp_path / name, Notes(), never)
        trainer.fit()
        return [entry[MONITORED] for entry in trainer.state.history]

    cold, warm = curve("cold", 3), curve("warm", 1, "first")
    assert warm[0] > max(cold)
