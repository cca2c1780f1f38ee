"""Repurchase learns which users and which categories of product are bought from again."""

import numpy as np
import pandas as pd
import pytest

from model.baselines import repurchase
from model.baselines.base import log_softmax
from model.baselines.repurchase import Repurchase
from model.baselines.repurchase_kernel import LogitBlock, loss_and_gradient
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, random_histories, small


def fitted(task: SplitData) -> Repurchase:
    model = Repurchase()
    model.fit(task.buyers, task.products)
    return model


def test_users_who_repeat_and_users_who_do_not_are_told_apart() -> None:
    """Half of the users repeat whatever they bought; the others never do."""
    random = np.random.default_rng(0)
    log = []
    for user in range(300):
        drawn = [f"p{product:03d}" for product in random.permutation(200)[:8]]
        log.append([drawn[0]] * 4 + [drawn[1]] * 4 if user % 2 else drawn)
    task = split_prepared(prepared(log), small())
    targets = task.split.test[task.answers(task.split.test) >= 0]
    histories = task.histories(targets)
    probabilities = np.exp(log_softmax(fitted(task).scores(histories)))
    own = (probabilities * (histories.matrix(task.products).toarray() > 0)).sum(axis=1)
    repeats = task.sequences.user[targets] % 2 == 1
    assert own[repeats].mean() > 0.5
    assert own[~repeats].mean() < 0.2


def test_the_repeat_rate_of_a_category_is_learned() -> None:
    """All products of one kind are bought again; hardly a product has two users."""
    random = np.random.default_rng(3)
    log = []
    for _user in range(900):
        drawn = random.permutation(9000)[:6]
        events = np.repeat(drawn, np.where(drawn % 2, 1, 3))
        cut = random.integers(3, len(events) + 1)  # also between the events of one product
        log.append([f"p{product:04d}" for product in events[:cut]])
    kinds = {"category": lambda events: "kind" + (number(events["product"]) % 2).astype(str)}
    task = split_prepared(prepared(log, **kinds), small())
    model = fitted(task)
    candidates = model.candidates(task.histories(task.split.test))
    utility = candidates.features @ model.state["theta"]
    once = candidates.features[:, 1] == 0  # the logarithm of the count
    bought_again = number(pd.Series(task.sequences.products.ids[candidates.product])) % 2 == 0
    assert (once & bought_again).sum() > 20
    assert np.mean(utility[once & bought_again]) > np.mean(utility[once & ~bought_again]) + 2


@pytest.mark.parametrize("events", [1, 37, 1000])
def test_the_fit_is_the_same_in_blocks_of_any_size(
    monkeypatch: pytest.MonkeyPatch, events: int
) -> None:
    task = split_prepared(prepared(random_histories(100, 30, longest=30)), small())
    whole = fitted(task).state["theta"]
    monkeypatch.setattr(repurchase, "EVENTS_PER_BLOCK", events)
    np.testing.assert_allclose(fitted(task).state["theta"], whole, rtol=1e-5, atol=1e-6)


def test_loss_and_gradient_are_those_of_the_formula() -> None:
    """Of three examples the second has no candidates, and the third no target among them."""
    random = np.random.default_rng(0)
    block = LogitBlock(
        np.array([0, 3, 3, 8]),
        random.normal(size=(8, 4)).astype(np.float32),
        np.arange(8) == 1,
        np.array([0.5, 0.7, 0.9]),
    )

    def loss(weights: np.ndarray, constant: float) -> float:
        utility = block.features.astype(np.float64) @ weights + constant
        parts = np.split(np.exp(utility), block.first[1:-1])
        totals = [rest + part.sum() for rest, part in zip(block.rest, parts, strict=True)]
        return float(np.log(totals).sum() - utility[block.is_target].sum())

    point = random.normal(size=5)
    value, gradient = loss_and_gradient(block, point[:4], point[4], -25.0, 3.0)
    assert value == pytest.approx(loss(point[:4], point[4]))
    for number, step in enumerate(np.eye(5) * 1e-5):
        above, below = (loss(at[:4], at[4]) for at in (point + step, point - step))
        assert gradient[number] == pytest.approx((above - below) / 2e-5, abs=1e-6)


def number(products: "pd.Series[str]") -> "pd.Series[int]":
    return products.str[1:].astype(int)
