"""An ensemble is several networks that learn as each would alone, and one mean of probabilities."""

from typing import Any

import keras
import numpy as np
import pytest

from model.config.run_config import RunConfig
from model.networks.data_sizes import DataSizes
from model.networks.network import Member, Network, build
from model.sequences.inputs import serving_inputs
from model.sequences.split_data import SplitData, split_prepared
from model.sequences.windows import TrainingBatch, training_windows
from model.training.initial_counts import start_from_counts
from model.training.negative_sampling import NegativeSampler
from model.training.step import CompiledSteps
from tests.model.toys import prepared, random_histories, small

pytestmark = pytest.mark.slow

SETTINGS: dict[str, dict[str, Any]] = {
    "full softmax": {"weight_decay": 0.1, "label_smoothing": 0.1},
    "sampled softmax": {"loss": "sampled_softmax", "tied_embeddings": True, "repeat_head": True},
    "clipped gradients": {"gradient_clipping": 0.05, "loss": "sampled_softmax"},
}


def configured(**changes: Any) -> tuple[RunConfig, SplitData]:
    config = small(**{"network": "rnn", "dropout": 0.0, "seed": 7} | changes)
    return config, split_prepared(prepared(random_histories(60, 40)), config)


def learned(config: RunConfig, data: SplitData) -> tuple[Network, list[float], Any]:
    """Return a network after four steps, the losses of the steps, and those of the last batch."""
    network = build(config, DataSizes.of(data))
    start_from_counts(network, data.buyers, data.popularity)
    negatives = NegativeSampler(data.popularity, config.popularity_power, config.negatives)
    steps, random = CompiledSteps(network, config, negatives), np.random.default_rng(1)
    batches = list(batches_of(config, data))[:4]
    losses = [steps.train(batch, random, 0.01)[0] for batch in batches]
    return network, losses, steps.evaluate(batches[-1])


def batches_of(config: RunConfig, data: SplitData) -> Any:
    random = np.random.default_rng(0)
    windows = training_windows(data.buyers, config.sequence_length, random)
    return windows.batches(config.columns, 32, random, repeats=config.repeat_head)


def weights(member: Member) -> list[Any]:
    return [np.array(weight) for weight in member.serving.trainable_variables]


def test_its_scores_are_the_logarithm_of_the_mean_probability() -> None:
    config, data = configured(ensemble_size=3)
    network = build(config, DataSizes.of(data))
    names = tuple(tensor.name for tensor in network.serving.inputs)
    inputs = serving_inputs(data.histories(data.split.test), names, config.sequence_length)
    of_members = [
        np.asarray(keras.ops.softmax(member.serving(inputs))) for member in network.members
    ]
    expected = np.mean(of_members, axis=0)
    np.testing.assert_allclose(np.exp(network.serving(inputs)), expected, rtol=1e-4)
    assert np.abs(of_members[0] - of_members[1]).max() > 1e-4


@pytest.mark.parametrize("name", SETTINGS)
def test_each_member_learns_as_the_network_of_its_seed_does_alone(name: str) -> None:
    config, data = configured(ensemble_size=2, **SETTINGS[name])
    together, losses, _evaluated = learned(config, data)
    alone = [learned(config.override({"ensemble_size": 1, "seed": seed}), data) for seed in (7, 8)]
    for member, (network, *_rest) in zip(together.members, alone, strict=True):
        for own, other in zip(weights(member), weights(network.members[0]), strict=True):
            np.testing.assert_allclose(own, other, atol=1e-5)
    mean = np.mean([single for _network, single, _evaluated in alone], axis=0)
    np.testing.assert_allclose(losses, mean, rtol=1e-4)


def test_it_is_validated_as_it_is_served() -> None:
    config, data = configured(ensemble_size=2)
    network, _losses, (loss, rank, _unseen) = learned(config, data)
    batch: TrainingBatch = list(batches_of(config, data))[3]
    states = [
        np.asarray(member.body(batch.inputs)).reshape(-1, config.width)[batch.position]
        for member in network.members
    ]
    probabilities = np.mean(
        [
            np.asarray(keras.ops.softmax(member.output(state)))
            for member, state in zip(network.members, states, strict=True)
        ],
        axis=0,
    )[batch.state]
    of_target = np.take_along_axis(probabilities, batch.target[:, None], axis=1)
    np.testing.assert_allclose(loss, -np.log(of_target[:, 0]), atol=1e-4)
    np.testing.assert_array_equal(rank, (probabilities >= of_target).sum(axis=1))
