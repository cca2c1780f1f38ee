"""Every network learns what can be learned, from logs whose rule is known."""

from typing import Any

import numpy as np
import pytest

from model.baselines.personal_frequency import PersonalFrequency
from model.metrics.ranking import target_ranks
from model.networks.data_sizes import DataSizes
from model.networks.network import build
from model.registry import NETWORKS
from model.sequences.split_data import SplitData, split_prepared
from model.sequences.windows import target_windows, training_windows
from model.training.negative_sampling import NegativeSampler
from model.training.step import CompiledSteps
from tests.model.toys import prepared, small

PRODUCTS, BRANDS = 24, 4
BUYERS, EVENTS = 120, 8


def successors(seed: int = 0) -> list[list[str]]:
    """Return buyers who buy after each product the one that always follows it."""
    random = np.random.default_rng(seed)
    successor = random.permutation(PRODUCTS)
    histories = []
    for first in random.integers(PRODUCTS, size=BUYERS):
        products = [int(first)]
        while len(products) < EVENTS:
            products.append(int(successor[products[-1]]))
        histories.append([f"p{one:02d}" for one in products])
    return histories


def repeaters(seed: int = 0) -> list[list[str]]:
    """Return buyers of whom each buys one product again and again."""
    bought = np.random.default_rng(seed).integers(PRODUCTS, size=BUYERS)
    return [[f"p{one:02d}"] * EVENTS for one in bought]


def brand_lovers(products: int = PRODUCTS, seed: int = 0) -> list[list[str]]:
    """Return buyers of whom each buys products of one brand, every fourth of all."""
    random = np.random.default_rng(seed)
    loved = random.integers(BRANDS, size=BUYERS)
    draws = random.integers(products // BRANDS, size=(BUYERS, EVENTS))
    return [
        [f"p{brand + BRANDS * one:03d}" for one in row]
        for brand, row in zip(loved, draws, strict=True)
    ]


def brands(events: Any) -> Any:
    """Return each event's brand: every fourth product is of one."""
    return events["product"].map(lambda product: f"brand{int(product[1:]) % BRANDS}")


class Trained:
    """A network after some epochs, on the test targets of its toy."""

    def __init__(self, histories: list[list[str]], epochs: int = 25, **changes: Any) -> None:
        config = small(batch_size=128, dropout=0.0, layers=1, epochs=epochs, **changes)
        self.task: SplitData = split_prepared(prepared(histories, brand=brands), config)
        self.network = build(config, DataSizes.of(self.task))
        self.network.output.start_from(self.task.popularity)
        draws = NegativeSampler(self.task.popularity, config.popularity_power, config.negatives)
        learner = CompiledSteps(self.network, config, draws)
        random = np.random.default_rng(1)
        for _epoch in range(epochs):
            windows = training_windows(self.task.buyers, config.sequence_length, random)
            for batch in windows.batches(config.columns, config.batch_size, random):
                learner.train(batch, random, 0.02)
        targets = self.task.split.test
        self.histories, self.answers = self.task.histories(targets), self.task.answers(targets)
        windows = target_windows(self.histories, config.sequence_length)
        judged = [learner.judge(batch) for batch in windows.batches(config.columns, 4096)]
        self.loss = float(np.concatenate([loss for loss, _rank in judged]).mean())
        self.right = float(np.mean(np.concatenate([rank for _loss, rank in judged]) == 1))
        self.batch = self.histories.padded(config.columns)

    @property
    def popularity_loss(self) -> float:
        """The loss of each product's share of the training events."""
        counts = self.task.popularity
        return float(-np.log((counts / counts.sum())[self.answers]).mean())

    def first(self) -> Any:
        """Return the product that each target's list begins with."""
        return np.asarray(self.network.serving(self.batch)).argmax(axis=1)


DEEPLY = ("paper", "gru", "sasrec")
ALL = [pytest.param(name, marks=() if name in DEEPLY else pytest.mark.slow) for name in NETWORKS]


@pytest.mark.parametrize("network", ALL)
def test_every_network_learns_that_b_follows_a(network: str) -> None:
    trained = Trained(successors(), network=network)
    assert trained.loss < trained.popularity_loss / 2
    assert trained.right > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_learns_to_say_the_last_product_again(network: str) -> None:
    trained = Trained(repeaters(), network=network)
    assert trained.loss < trained.popularity_loss / 2
    assert trained.right > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_learns_to_stay_with_a_brand(network: str) -> None:
    trained = Trained(brand_lovers(), network=network, features="brand")
    brand = trained.task.sequences.product_brand[-trained.task.products :]
    assert trained.loss < trained.popularity_loss
    assert (brand[trained.first()] == brand[trained.answers]).mean() > 0.95


@pytest.mark.parametrize(
    "changes",
    [
        {"loss": "sampled_softmax", "tied_embeddings": True},
        {"loss": "sampled_softmax", "repeat_head": True},
        {
            "label_smoothing": 0.1,
            "weight_decay": 0.01,
            "gradient_clipping": 1.0,
            "normalise_features": True,
        },
    ],
)
def test_every_way_of_training_learns_it_too(changes: dict[str, Any]) -> None:
    assert Trained(successors(), network="gru", **changes).right > 0.95


def test_traits_place_products_that_are_too_rare_to_be_learned_alone() -> None:
    histories = brand_lovers(products=600)
    alone, told = (
        Trained(histories, epochs=4, network="rnn", features="brand", product_traits=traits)
        for traits in (False, True)
    )
    assert told.loss < alone.loss - 0.3


def test_a_repeat_aware_network_beats_the_buyers_own_products() -> None:
    random = np.random.default_rng(0)
    pairs = [random.choice(150, 2, replace=False) for _buyer in range(200)]
    histories = [[f"p{one:03d}" for one in [*pair] * 4] for pair in pairs]
    trained = Trained(histories, network="gru", repeat_head=True, tied_embeddings=True)
    own = PersonalFrequency()
    own.fit(trained.task.buyers, trained.task.products)
    theirs = target_ranks(own.scores(trained.histories), trained.answers) == 1
    assert trained.right > 0.95
    assert trained.right > theirs.mean() + 0.3
