"""Every network learns what can be learned, from logs whose rule is known."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.datasets.attribute_table import AttributeTable
from data.datasets.side_tables import Attribute
from model.baselines.personal_frequency import PersonalFrequency
from model.metrics.ranking import target_ranks
from model.networks.data_sizes import DataSizes
from model.networks.network import build
from model.networks.transition_head import LATEST
from model.registry import NETWORKS
from model.sequences.inputs import serving_inputs
from model.sequences.split_data import SplitData, split_prepared
from model.sequences.windows import target_windows, training_windows
from model.training.initial_counts import start_from_counts
from model.training.negative_sampling import NegativeSampler
from model.training.step import CompiledSteps
from tests.model.toys import NOTHING_KNOWN, START, buyer_table, prepared, small

PRODUCTS, BRANDS = 24, 4
BUYERS, EVENTS = 120, 8
RULES = ("successors", "repeaters", "brand lovers")


def successors(first: int = 0, seed: int = 0) -> list[list[str]]:
    """Return buyers who buy after each product the one that always follows it."""
    random = np.random.default_rng(seed)
    successor = random.permutation(PRODUCTS)
    histories = []
    for start in random.integers(PRODUCTS, size=BUYERS):
        products = [int(start)]
        while len(products) < EVENTS:
            products.append(int(successor[products[-1]]))
        histories.append([f"p{first + product:03d}" for product in products])
    return histories


def repeaters(first: int = 0, seed: int = 0) -> list[list[str]]:
    """Return buyers of whom each buys one product again and again."""
    products = np.random.default_rng(seed).integers(PRODUCTS, size=BUYERS)
    return [[f"p{first + product:03d}"] * EVENTS for product in products]


def brand_lovers(products: int, first: int = 0, seed: int = 0) -> list[list[str]]:
    """Return buyers of whom each buys random products of one brand, every fourth of all."""
    random = np.random.default_rng(seed)
    brands = random.integers(BRANDS, size=BUYERS)
    draws = random.integers(products // BRANDS, size=(BUYERS, EVENTS))
    return [
        [f"p{first + brand + BRANDS * draw:03d}" for draw in row]
        for brand, row in zip(brands, draws, strict=True)
    ]


def brand_of(events: Any) -> Any:
    """Return each event's brand: every fourth product is of one."""
    return events["product"].map(lambda product: f"brand{int(product[1:]) % BRANDS}")


def category_of(events: Any) -> Any:
    """Return each event's category: one of its own for a product of the first two rules."""
    return events["product"].map(
        lambda product: product if int(product[1:]) < 2 * PRODUCTS else "any"
    )


BY_NUMBER: dict[str, Any] = {"brand": brand_of, "category": category_of}


class Trained:
    """A network after some epochs, evaluated on the test targets of its log."""

    def __init__(
        self,
        histories: list[list[str]],
        epochs: int = 25,
        columns: dict[str, Any] | None = None,
        buyers: AttributeTable = NOTHING_KNOWN,
        products: AttributeTable = NOTHING_KNOWN,
        **changes: Any,
    ) -> None:
        config = small(batch_size=128, dropout=0.0, layers=1, epochs=epochs, **changes)
        self.data: SplitData = split_prepared(
            prepared(histories, buyers=buyers, products=products, **(BY_NUMBER | (columns or {}))),
            config,
        )
        self.network = build(config, DataSizes.of(self.data))
        start_from_counts(self.network, self.data.buyers, self.data.popularity)
        sampler = NegativeSampler(self.data.popularity, config.popularity_power, config.negatives)
        steps = CompiledSteps(self.network, config, sampler)
        random = np.random.default_rng(1)
        for _epoch in range(epochs):
            windows = training_windows(self.data.buyers, config.sequence_length, random)
            for batch in windows.batches(
                config.columns,
                config.batch_size,
                random,
                repeats=config.repeat_head,
                asking_time=config.asking_time,
                buyer=config.buyer_attributes,
                following=LATEST if config.transition_head else 0,
            ):
                steps.train(batch, random, 0.02)
        targets = self.data.split.test
        self.histories, answers = self.data.histories(targets), self.data.answers(targets)
        windows = target_windows(self.histories, targets, config.sequence_length)
        evaluated = [
            (batch.target, *steps.evaluate(batch))
            for batch in windows.batches(
                config.columns,
                4096,
                repeats=config.repeat_head,
                asking_time=config.asking_time,
                buyer=config.buyer_attributes,
            )
        ]
        self.targets, self.losses, self.ranks, _ranks = map(
            np.concatenate, zip(*evaluated, strict=True)
        )
        names = tuple(tensor.name for tensor in self.network.serving.inputs)
        inputs = serving_inputs(self.histories, names, config.sequence_length)
        scores = np.asarray(self.network.serving(inputs))
        warm = answers >= 0
        self.answers, self.first = answers[warm], scores.argmax(axis=1)[warm]

    @property
    def loss(self) -> float:
        return float(self.losses.mean())

    @property
    def right(self) -> float:
        return float(np.mean(self.ranks == 1))


def rule_of(data: SplitData, products: Any) -> Any:
    """Return which rule each product of the mixed log belongs to, as an index of ``RULES``."""
    numbers = np.array([int(product[1:]) for product in data.sequences.products.ids])
    return np.minimum(numbers // PRODUCTS, 2)[products]


DEEPLY = ("paper", "gru", "sasrec")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=() if name in DEEPLY else pytest.mark.slow) for name in NETWORKS
    ],
)
def mixed(request: pytest.FixtureRequest) -> Trained:
    """A network trained once on a log with three kinds of buyers, who share no product.

    It reads categories, which tell the products of the first two rules, and brands, which are all
    that it knows of the products of the third.
    """
    histories = [
        *successors(),
        *repeaters(first=PRODUCTS),
        *brand_lovers(PRODUCTS, first=2 * PRODUCTS),
    ]
    return Trained(histories, network=request.param, features="category,brand")


def losses_beside_popularity(trained: Trained, rule: str) -> tuple[float, float]:
    """Return the loss on the targets of a rule, and that of each product's share of events."""
    chosen = rule_of(trained.data, trained.targets) == RULES.index(rule)
    assert np.count_nonzero(chosen) > BUYERS / 2
    shares = trained.data.popularity / trained.data.popularity.sum()
    by_popularity = -np.log(shares[trained.targets[chosen]]).mean()
    return float(trained.losses[chosen].mean()), float(by_popularity)


@pytest.mark.parametrize("rule", ["successors", "repeaters"])
def test_every_network_learns_that_b_follows_a_and_to_repeat_the_last_product(
    mixed: Trained, rule: str
) -> None:
    loss, by_popularity = losses_beside_popularity(mixed, rule)
    chosen = rule_of(mixed.data, mixed.targets) == RULES.index(rule)
    assert loss < by_popularity / 2
    assert np.mean(mixed.ranks[chosen] == 1) > 0.95


def test_every_network_learns_to_stay_with_a_brand(mixed: Trained) -> None:
    loss, by_popularity = losses_beside_popularity(mixed, "brand lovers")
    chosen = rule_of(mixed.data, mixed.answers) == RULES.index("brand lovers")
    brand = mixed.data.sequences.product_brand[-mixed.data.products :]
    assert loss < by_popularity
    assert (brand[mixed.first[chosen]] == brand[mixed.answers[chosen]]).mean() > 0.95


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"loss": "sampled_softmax", "tied_embeddings": True},
        {"loss": "sampled_softmax", "repeat_head": True},
        {"loss": "sampled_softmax", "tied_embeddings": True, "cosine_output": True},
        {"cosine_output": True},
        {"loss": "sampled_softmax", "transition_head": True},
        {"repeat_head": True, "transition_head": True},
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


@pytest.mark.slow
def test_traits_place_products_that_are_too_rare_to_be_learned_alone() -> None:
    histories = brand_lovers(products=600)
    without_traits, with_traits = (
        Trained(histories, epochs=4, network="rnn", features="brand", product_traits=traits)
        for traits in (False, True)
    )
    assert with_traits.loss < without_traits.loss - 0.3


@pytest.mark.slow
def test_words_of_titles_place_products_that_are_too_rare_to_be_learned_alone() -> None:
    """The hour of a purchase tells its colour, which nothing but the title of a product says."""
    colours = ("red", "green", "blue", "white")
    titles = {f"p{one:03d}": f"Cup no. {one}, {colours[one % BRANDS]}" for one in range(600)}
    rows = pd.DataFrame({"title": titles.values()}, index=list(titles))

    def at_its_hour_of_a_day(events: pd.DataFrame) -> Any:
        hours = 24 * events["step"] + 6 * (events["product"].str[1:].astype(int) % BRANDS)
        return START + pd.to_timedelta(hours, unit="h")

    without_titles, with_titles = (
        Trained(
            brand_lovers(products=600),
            epochs=4,
            network="rnn",
            features="hour",
            products=AttributeTable((Attribute("title", "text", "title"),), rows),
            product_traits=True,
            product_attributes=reads,
            columns={
                "brand": lambda _events: "any",
                "category": lambda _events: "cup",
                "time": at_its_hour_of_a_day,
            },
        )
        for reads in (False, True)
    )
    assert with_titles.loss < without_titles.loss - 0.1


@pytest.mark.slow
def test_a_transition_head_knows_what_follows_rare_products() -> None:
    """Each product has one companion, which a few buyers show; nothing else tells them apart."""
    random = np.random.default_rng(0)
    pairs = [(f"p{2 * one:03d}", f"p{2 * one + 1:03d}") for one in range(400)]
    histories = [[*pairs[one % 400], *pairs[random.integers(400)]] for one in range(2000)]
    without, with_head = (
        Trained(histories, epochs=1, network="gru", transition_head=head) for head in (False, True)
    )
    assert with_head.right > 0.8
    assert with_head.right > without.right + 0.3


@pytest.mark.slow
def test_a_repeat_aware_network_beats_the_buyers_own_products() -> None:
    random = np.random.default_rng(0)
    pairs = [random.choice(150, 2, replace=False) for _buyer in range(200)]
    histories = [[f"p{one:03d}" for one in [*pair] * 4] for pair in pairs]
    trained = Trained(histories, network="gru", repeat_head=True, tied_embeddings=True)
    frequency = PersonalFrequency()
    frequency.fit(trained.data.buyers, trained.data.products)
    assert len(trained.answers) == len(trained.histories)
    by_frequency = target_ranks(frequency.scores(trained.histories), trained.answers) == 1
    assert trained.right > 0.95
    assert trained.right > by_frequency.mean() + 0.3


def every_seventh_day(buyers: int) -> tuple[list[list[str]], list[list[int]]]:
    """Return histories and hours: each buyer has products of intervals of 3, 7 and 11 days."""
    random = np.random.default_rng(0)
    histories, hours = [], []
    for _buyer in range(buyers):
        products = random.choice(120, 3, replace=False)
        phases = random.choice(24, 3, replace=False)
        bought = sorted(
            (24 * day + int(phase), f"p{product:03d}")
            for product, days, phase in zip(products, (3, 7, 11), phases, strict=True)
            for day in range(int(random.integers(days)), 60, days)
        )
        histories.append([product for _hour, product in bought])
        hours.append([hour for hour, _product in bought])
    return histories, hours


@pytest.mark.slow
def test_a_repeat_aware_network_learns_that_products_are_due_at_their_intervals() -> None:
    histories, hours = every_seventh_day(150)
    flat = [hour for row in hours for hour in row]
    trained = Trained(
        histories,
        epochs=12,
        network="gru",
        repeat_head=True,
        columns={"time": lambda _events: START + pd.to_timedelta(flat, unit="h")},
    )
    frequency = PersonalFrequency()
    frequency.fit(trained.data.buyers, trained.data.products)
    by_frequency = target_ranks(frequency.scores(trained.histories), trained.answers) == 1
    assert trained.right > 0.9
    assert trained.right > by_frequency.mean() + 0.15


def at_its_hour(buyers: int = 120, events: int = 10) -> tuple[list[list[str]], list[int]]:
    """Return histories and the hours of all events: the hour of a purchase decides its product."""
    random = np.random.default_rng(0)
    hours = random.integers(24, size=(buyers, events)) + 24 * np.arange(events)
    histories = [[f"p{hour % 24 // 2:03d}" for hour in row] for row in hours]
    return histories, hours.ravel().tolist()


@pytest.mark.slow
def test_a_network_that_knows_the_time_of_asking_learns_that_the_hour_decides() -> None:
    histories, hours = at_its_hour()
    columns = {"time": lambda _events: START + pd.to_timedelta(hours, unit="h")}
    with_time, without_time = (
        Trained(histories, epochs=12, network="gru", asking_time=knows, columns=columns)
        for knows in (True, False)
    )
    assert with_time.right > 0.95
    assert without_time.right < 0.3


def by_age(buyers: AttributeTable) -> list[list[str]]:
    """Return histories of two purchases: the age decides of which half of products the second is.

    The first is the same of all, so that nothing but the age tells.
    """
    is_older = (buyers.rows["age"] >= 45).to_numpy()
    draws = np.random.default_rng(0).integers(PRODUCTS // 2, size=len(is_older))
    return [["p000", f"p{1 + draw:03d}"] for draw in draws + is_older * PRODUCTS // 2]


@pytest.mark.slow
def test_a_network_that_knows_the_age_of_buyers_learns_that_it_decides() -> None:
    buyers = buyer_table(600)
    columns = {"time": lambda events: START + pd.to_timedelta(events["row"], unit="h")}
    with_age, without_age = (
        Trained(
            by_age(buyers),
            epochs=20,
            network="gru",
            protocol="temporal",
            buyers=buyers,
            buyer_attributes=knows,
            columns=columns,
        )
        for knows in (True, False)
    )
    assert without_age.loss > np.log(PRODUCTS) - 0.1
    assert with_age.loss < np.log(PRODUCTS) - 0.3


def viewed_in_time(buyers: int = 150, visits: int = 6) -> tuple[list[list[str]], list[int]]:
    """Return histories and the hours of all events: two views and a purchase a visit.

    The latest view is bought where an hour is between the two, the first where a day is.
    """
    random = np.random.default_rng(0)
    histories, gaps = [], []
    for _buyer in range(buyers):
        history: list[int] = []
        for gap in random.choice([1, 24], visits).tolist():
            views = random.choice(PRODUCTS, 2, replace=False).tolist()
            history += [*views, views[gap == 1]]
            gaps += [24 * 7, gap, 24 * 7]
        histories.append([f"p{product:03d}" for product in history])
    return histories, np.cumsum(gaps).tolist()


@pytest.mark.slow
def test_hstu_learns_that_the_time_between_events_decides() -> None:
    histories, hours = viewed_in_time()
    columns = {
        "time": lambda _events: START + pd.to_timedelta(hours, unit="h"),
        "type": lambda events: np.where(events["step"] % 3 == 2, "purchase", "view"),
        "target": lambda events: events["type"] == "purchase",
    }
    with_time, without_time = (
        Trained(histories, network=name, features="product,type", moment="event", columns=columns)
        for name in ("hstu", "sasrec")
    )
    assert with_time.right > 0.8
    assert without_time.right < 0.6
