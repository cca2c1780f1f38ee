"""What every network must do, whatever is inside it."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from data.preparation.sequences import UNKNOWN
from model.config.run_config import RunConfig
from model.config.settings import FEATURES
from model.networks.data_sizes import DataSizes
from model.networks.layers import COSINE_SCALE, ProductScores, TiedProductEmbedding
from model.networks.network import Network, build, in_full_precision
from model.registry import NETWORKS
from model.run_folder import RunFolder
from model.sequences.buyer_attributes import BUYER, buyer_codes
from model.sequences.histories import Histories
from model.sequences.inputs import serving_inputs
from model.sequences.split_data import SplitData, split_prepared
from model.serving.onnx_export import save_network
from model.serving.onnx_model import OnnxRecommender
from model.training.initial_counts import start_from_counts
from tests.model.toys import buyer_table, prepared, random_histories, small

VARIANTS: dict[str, dict[str, Any]] = {name: {"network": name} for name in NETWORKS} | {
    "tied": {"tied_embeddings": True},
    "repeat-aware": {"network": "gru", "repeat_head": True, "tied_embeddings": True},
    "transitions": {"network": "gru", "transition_head": True, "tied_embeddings": True},
    "transitions and repeats": {"network": "rnn", "transition_head": True, "repeat_head": True},
    "ensemble": {
        "network": "gru",
        "ensemble_size": 3,
        "repeat_head": True,
        "transition_head": True,
        "tied_embeddings": True,
        "asking_time": True,
    },
    "asking time": {"network": "gru", "asking_time": True, "repeat_head": True},
    "buyer attributes": {"network": "gru", "buyer_attributes": True, "tied_embeddings": True},
    "buyer attributes and all else": {
        "network": "sasrec",
        "buyer_attributes": True,
        "asking_time": True,
        "repeat_head": True,
    },
    "product alone": {"features": "product"},
    "cosine": {"network": "gru", "cosine_output": True, "repeat_head": True},
    "tied cosine": {"cosine_output": True, "product_traits": True, "tied_embeddings": True},
    "traits": {"network": "rnn", "product_traits": True},
    "tied traits": {"network": "rnn", "product_traits": True, "tied_embeddings": True},
    "every feature": {"network": "gru", "features": FEATURES, "normalise_features": True},
    "a feature that the network reads, too": {"network": "hstu", "features": "product,gap"},
}
SAMPLE = ("paper", "sasrec", "tied", "asking time", "every feature")
"""Those that are built, exported and compiled in every run of the tests."""


class Built:
    """A network with random weights, and histories to try it on."""

    def __init__(self, config: RunConfig, folder: Path) -> None:
        self.config = config
        log = prepared(random_histories(60, 40), buyers=buyer_table(60))
        self.task: SplitData = split_prepared(log, config)
        self.network: Network = build(config, DataSizes.of(self.task))
        self.initial = [np.array(weight) for weight in self.network.serving.weights]
        start_from_counts(self.network, self.task.buyers, self.task.popularity)
        random = np.random.default_rng(3)
        for variable in self.network.serving.variables:
            if "seed" not in variable.path and not np.asarray(variable).any():
                variable.assign(random.uniform(0.1, 0.5, variable.shape))
        self.histories = self.task.histories(self.task.split.test)
        self.run = RunFolder(folder)
        self.run.write_json("config.json", config.as_dict())
        self.run.write_vocabulary(self.task.sequences)
        self.run.write_buyer_attributes(self.task.buyer_attributes)
        save_network(self.run, self.network)
        self.onnx = OnnxRecommender(self.run, threads=1)
        self.compiled = tf.function(self.network.serving, autograph=False, reduce_retracing=True)

    def keras_scores(self, histories: Histories, width: int | None = None) -> Any:
        return np.asarray(self.compiled(self.inputs(histories, width)))

    def inputs(self, histories: Histories, width: int | None = None) -> dict[str, Any]:
        names = tuple(tensor.name for tensor in self.network.serving.inputs)
        return serving_inputs(histories, names, self.config.sequence_length, width)


def one_of_each_length(histories: Histories) -> list[int]:
    _lengths, found = np.unique(histories.lengths, return_index=True)
    assert len(found) > 6
    return [int(i) for i in found[::2]]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=() if name in SAMPLE else pytest.mark.slow) for name in VARIANTS
    ],
)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(small(**VARIANTS[request.param]), tmp_path_factory.mktemp("network"))


def test_a_history_gives_the_same_scores_at_every_padding(built: Built) -> None:
    one = built.histories.select(slice(4, 5))
    length = int(one.lengths[0])
    alone = built.keras_scores(one)
    for width in (length + 1, length + 7, 50):
        np.testing.assert_allclose(built.keras_scores(one, width), alone, atol=1e-5)


def test_a_history_gives_the_same_scores_alone_and_in_a_batch(built: Built) -> None:
    together = built.keras_scores(built.histories)
    for i in one_of_each_length(built.histories):
        alone = built.keras_scores(built.histories.select(slice(i, i + 1)))
        np.testing.assert_allclose(alone[0], together[i], atol=1e-5)


def test_onnx_equals_keras_alone_and_in_a_batch(built: Built) -> None:
    together = built.keras_scores(built.histories)
    np.testing.assert_allclose(built.onnx.scores(built.histories), together, atol=1e-5)
    for i in one_of_each_length(built.histories)[::3]:
        alone = built.onnx.scores(built.histories.select(slice(i, i + 1)))
        np.testing.assert_allclose(alone[0], together[i], atol=1e-5)


@pytest.mark.parametrize("tied", [False, True])
def test_a_cosine_output_reads_directions_and_scales_their_cosine(tied: bool) -> None:
    output = ProductScores(5, cosine=True)
    hidden = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    if tied:
        output = TiedProductEmbedding(5, 4, cosine=True)
        output(np.zeros((1, 1), dtype=np.int32))
    scores = partial(output, scores=True) if tied else output
    logits = np.asarray(scores(hidden))
    vectors = np.asarray(output.vectors)[-5:]
    lengths = np.linalg.norm(hidden, axis=1)[:, None] * np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(logits, COSINE_SCALE * (hidden @ vectors.T) / lengths, rtol=1e-4)
    output.vectors.assign(7 * np.asarray(output.vectors))
    np.testing.assert_allclose(np.asarray(scores(hidden / 3)), logits, rtol=1e-4)


def test_a_later_event_never_changes_an_earlier_prediction(built: Built) -> None:
    long = built.histories.select(built.histories.lengths >= 5)
    batch = long.padded(built.config.columns)
    if built.config.buyer_attributes:
        batch[BUYER] = buyer_codes(long)
    before = np.asarray(built.network.members[0].body(batch))
    for name in built.config.columns:
        batch[name][:, 3:] = batch[name][:, 3:][:, ::-1] + batch[name].dtype.type(0)
        batch[name][:, 3:] = np.roll(batch[name][:, 3:], 1, axis=0)
    after = np.asarray(built.network.members[0].body(batch))
    np.testing.assert_allclose(after[:, :3], before[:, :3], atol=1e-5)
    assert np.abs(after[:, 3:] - before[:, 3:]).max() > 1e-3


def test_an_unknown_product_gives_finite_scores(built: Built) -> None:
    columns = {name: values.copy() for name, values in built.histories.columns.items()}
    columns["product"][:] = UNKNOWN
    unknown = replace(built.histories, columns=columns)
    assert np.isfinite(built.onnx.scores(unknown)).all()


def test_attributes_of_the_buyer_change_the_scores_of_the_network_that_reads_them(
    built: Built,
) -> None:
    known = built.histories
    assert known.buyer is not None
    nothing = replace(known, buyer=np.full_like(known.buyer, UNKNOWN))
    differ = (built.onnx.scores(known) != built.onnx.scores(nothing)).any(axis=1)
    assert differ.all() == differ.any() == built.config.buyer_attributes


def test_a_saved_network_loads_safely_and_says_the_same(built: Built) -> None:
    loaded = keras.models.load_model(built.run.path / "model.keras", safe_mode=True)
    batch = built.inputs(built.histories)
    np.testing.assert_allclose(
        np.asarray(loaded(batch)), np.asarray(built.network.serving(batch)), atol=1e-6
    )


def test_the_same_seed_makes_the_same_network(built: Built) -> None:
    again = build(built.config, DataSizes.of(built.task))
    other = build(built.config.override({"seed": 99}), DataSizes.of(built.task))
    same, differ = (
        [np.array_equal(a, b) for a, b in zip(built.initial, net.serving.weights, strict=True)]
        for net in (again, other)
    )
    assert all(same)
    assert not all(differ)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_in_mixed_precision_says_nearly_what_its_export_says(name: str) -> None:
    config = small(network=name, precision="mixed_bfloat16")
    task = split_prepared(prepared(random_histories(60, 40)), config)
    keras.mixed_precision.set_global_policy(config.precision)
    try:
        mixed = build(config, DataSizes.of(task))
        exported = in_full_precision(mixed, config, DataSizes.of(task))
    finally:
        keras.mixed_precision.set_global_policy("float32")
    inputs = task.histories(task.split.test).padded(config.columns)
    scores = [np.asarray(network.serving(inputs)) for network in (mixed, exported)]
    assert np.corrcoef(scores[0].ravel(), scores[1].ravel())[0, 1] > 0.99
