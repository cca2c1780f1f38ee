"""Simple models count what they say they count, and are chosen on validation."""

import numpy as np
import pandas as pd
import pytest

from data.preparation.sequences import FIRST
from model.baselines import BASELINES
from model.baselines.affinity import Affinity
from model.baselines.base import Baseline, log_probabilities
from model.baselines.knn import ItemNeighbours
from model.baselines.popularity import DAY, FadingPopularity, Popularity
from model.baselines.repeat import PersonalFrequency
from model.baselines.repurchase import Repurchase
from model.baselines.serialization import packed, unpacked
from model.baselines.transitions import SequenceRules
from model.baselines.tuning import fit_all, worth
from model.sequences.histories import Histories
from model.sequences.split_data import Task, task_of
from tests.model.toys import prepared, random_histories, small


@pytest.fixture(scope="module")
def task() -> Task:
    return task_of(prepared(random_histories(150, 30)), small())


@pytest.fixture(scope="module")
def fitted(task: Task) -> list[Baseline]:
    return fit_all(task)


def test_every_baseline_scores_every_product_with_a_number(
    task: Task, fitted: list[Baseline]
) -> None:
    histories = task.histories(task.split.test)
    for baseline in fitted:
        scores = baseline.scores(histories)
        assert scores.shape == (len(histories), task.products), baseline.name
        assert scores.dtype == np.float32, baseline.name
        assert np.isfinite(scores).all(), baseline.name


def test_every_baseline_takes_an_empty_history(task: Task, fitted: list[Baseline]) -> None:
    none = Histories(task.columns, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    for baseline in fitted:
        assert np.isfinite(baseline.scores(none)).all(), baseline.name


def test_every_baseline_is_the_same_out_of_plain_arrays(task: Task, fitted: list[Baseline]) -> None:
    histories = task.histories(task.split.test).some(slice(0, 20))
    for baseline in fitted:
        again = BASELINES[baseline.name](**baseline.settings)
        again.learned = unpacked(dict(packed(baseline.learned)))
        np.testing.assert_array_equal(again.scores(histories), baseline.scores(histories))


def test_no_baseline_looks_at_a_later_event(task: Task, fitted: list[Baseline]) -> None:
    targets = task.split.test[:20]
    before = task.histories(targets)
    changed = dict(task.columns) | {"product": task.columns["product"].copy()}
    changed["product"][targets] = FIRST
    after = Histories(changed, before.start, before.stop)
    for baseline in fitted:
        np.testing.assert_array_equal(baseline.scores(after), baseline.scores(before))


def test_an_event_counts_half_after_a_half_life() -> None:
    columns = {
        "product": np.array([2, 3, 3], dtype=np.int32),
        "time": np.array([10 * DAY, 0, 0]),
    }
    buyers = Histories(columns, np.array([0]), np.array([3]))
    popularity = FadingPopularity(half_life=10.0)
    popularity.fit(buyers, 2)
    late, early = np.exp(popularity.scores(buyers)[0])
    shares = popularity.shares(buyers, 2)
    assert late / early == pytest.approx((1 + shares[0]) / (2 * 0.5 + shares[1]), rel=1e-5)


def test_item_neighbours_trust_many_buyers_more_than_one() -> None:
    """Who has the cup often has the pot; one buyer alone has both the rug and the saw."""
    together, apart = [["cup", "pot"]] * 15, [["cup", "pan"]] * 5 + [["pot", "lid"]] * 5
    log = [[*one, one[0], one[0]] for one in [*together, *apart, ["rug", "saw"]]]
    task = task_of(prepared(log), small())
    model = ItemNeighbours()
    model.fit(task.buyers, task.products)
    code = {name: number for number, name in enumerate(task.sequences.products.ids, start=FIRST)}
    history = np.array([code["cup"], code["rug"]], dtype=np.int32)
    scores = model.scores(Histories({"product": history}, np.array([0]), np.array([2])))[0]
    best = task.sequences.products.ids[np.argsort(-scores)]
    assert list(best[:2]) == ["cup", "pot"]


def test_damped_rules_tell_shares_of_what_follows_and_undamped_ones_counts() -> None:
    """A pan follows nine of 99 cups, a lid every pot: more pans, a larger share of lids."""
    log = [["cup", "pan"]] * 9 + [["cup", "cup"]] * 45 + [["pot", "lid"]] * 3
    task = task_of(prepared([[*one, "end", "end"] for one in log]), small())
    code = {name: number for number, name in enumerate(task.sequences.products.ids, start=FIRST)}
    bought = np.array([code["pot"], code["cup"]], dtype=np.int32)
    history = Histories({"product": bought}, np.array([0]), np.array([2]))
    for damping, more, less in ((1.0, "lid", "pan"), (1e6, "pan", "lid")):
        model = SequenceRules(damping=damping)
        model.fit(task.buyers, task.products)
        scores = model.scores(history)[0]
        assert scores[code[more] - FIRST] > scores[code[less] - FIRST]


def test_repurchase_knows_who_buys_again_and_who_does_not() -> None:
    """Half of the buyers repeat whatever they bought; the others never do."""
    random = np.random.default_rng(0)
    histories = []
    for buyer in range(300):
        drawn = [f"p{one:03d}" for one in random.permutation(200)[:8]]
        histories.append([drawn[0]] * 4 + [drawn[1]] * 4 if buyer % 2 else drawn)
    task = task_of(prepared(histories), small())
    model = Repurchase()
    model.fit(task.buyers, task.products)
    targets = task.split.test[task.answers(task.split.test) >= 0]
    held = task.histories(targets)
    chances = np.exp(log_probabilities(model.scores(held)))
    own = (chances * (held.matrix(task.products).toarray() > 0)).sum(axis=1)
    loyal = task.sequences.user[targets] % 2 == 1
    assert own[loyal].mean() > 0.5
    assert own[~loyal].mean() < 0.2


def test_repurchase_tells_what_is_bought_again_by_its_category() -> None:
    """Of one kind everything is bought again; hardly a product has two buyers."""
    random = np.random.default_rng(3)
    histories = []
    for _buyer in range(900):
        drawn = random.permutation(9000)[:6]
        bought = np.repeat(drawn, np.where(drawn % 2, 1, 3))
        kept = bought[: random.integers(3, len(bought) + 1)]  # in the middle of a row of three, too
        histories.append([f"p{one:04d}" for one in kept])
    kinds = {"category": lambda events: "kind" + (number(events["product"]) % 2).astype(str)}
    task = task_of(prepared(histories, **kinds), small())
    model = Repurchase()
    model.fit(task.buyers, task.products)
    own = model.own(task.histories(task.split.test))
    worth = own.traits @ model.learned["theta"]
    once = own.traits[:, 1] == 0  # the logarithm of how often
    of_kind = number(pd.Series(task.sequences.products.ids[own.product])) % 2 == 0
    assert (once & of_kind).sum() > 20
    assert np.mean(worth[once & of_kind]) > np.mean(worth[once & ~of_kind]) + 2


def number(products: "pd.Series[str]") -> "pd.Series[int]":
    return products.str[1:].astype(int)


def test_affinity_stays_within_the_brand_of_a_buyer_who_buys_one_brand() -> None:
    random = np.random.default_rng(1)
    histories = [
        [f"p{4 * random.integers(25) + buyer % 4:03d}" for _step in range(6)]
        for buyer in range(200)
    ]
    task = task_of(prepared(histories), small())
    model = Affinity()
    model.fit(task.buyers, task.products)
    held = task.histories(task.split.test)
    brands = task.sequences.product_brand[FIRST:]
    best = brands[model.scores(held).argmax(axis=1)]
    own = np.asarray(task.columns["brand"])[task.split.test - 1]
    assert (best == own).mean() > 0.95


def test_affinity_gives_probabilities(task: Task) -> None:
    model = Affinity()
    model.fit(task.buyers, task.products)
    total = np.exp(model.scores(task.histories(task.split.test)).astype(np.float64)).sum(axis=1)
    np.testing.assert_allclose(total, 1, atol=0.02)


def test_where_nobody_buys_twice_a_baseline_is_judged_among_new_products() -> None:
    """A buyer's own products, which it puts first, would hide what is right among the others."""
    random = np.random.default_rng(2)
    histories = [
        [f"p{(start + step) % 60:02d}" for step in range(8)]
        for start in random.integers(0, 60, 200)
    ]
    task = task_of(prepared(histories), small())
    frequent = PersonalFrequency()
    frequent.fit(task.buyers, task.products)
    popular = Popularity()
    popular.fit(task.buyers, task.products)
    assert worth(frequent, task) == worth(popular, task) > 0
