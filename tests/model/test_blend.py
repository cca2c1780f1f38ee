"""A blend weighs its members by what they are worth, and comes back from its file."""

from pathlib import Path

import numpy as np

from model.baselines.following import Markov
from model.baselines.own import PersonalFrequency
from model.baselines.popularity import Popularity
from model.blend import Blend, fit_blend
from model.ranker import Baseline
from model.saved import RunFolder
from model.task import Task, task_of
from tests.model.toys import prepared, small


def loyal(buyers: int = 120) -> Task:
    """Return synthetic buyers of whom each buys one product again and again."""
    random = np.random.default_rng(0)
    histories = [[f"p{random.integers(40):02d}"] * 6 for _buyer in range(buyers)]
    return task_of(prepared(histories), small())


def fitted(task: Task) -> list[Baseline]:
    members: list[Baseline] = [Popularity(), Markov(), PersonalFrequency()]
    for member in members:
        member.fit(task.buyers, task.products)
    return members


def test_buyers_who_buy_again_give_weight_to_what_knows_it() -> None:
    task = loyal()
    blend = fit_blend(task, fitted(task), lambda: None)
    shares = blend.shares
    assert shares.get("markov", 0) + shares.get("personal frequency", 0) > 2 * shares.get(
        "popularity", 0
    )
    answers = task.answers(task.split.test)
    best = blend.scores(task.histories(task.split.test)).argmax(axis=1)
    assert (best == answers)[answers >= 0].mean() > 0.95


def test_a_blend_comes_back_from_its_file(tmp_path: Path) -> None:
    task = loyal()
    blend = fit_blend(task, fitted(task), lambda: None)
    blend.save(RunFolder(tmp_path))
    again = Blend.load(RunFolder(tmp_path), Popularity())
    histories = task.histories(task.split.test)
    np.testing.assert_allclose(again.scores(histories), blend.scores(histories), rtol=1e-6)
    assert again.shares == blend.shares
