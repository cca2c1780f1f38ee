"""Repurchase learns which users and which categories of product are bought from again."""

import numpy as np
import pandas as pd

from model.baselines.base import log_softmax
from model.baselines.repurchase import Repurchase
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, small


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


def number(products: "pd.Series[str]") -> "pd.Series[int]":
    return products.str[1:].astype(int)
