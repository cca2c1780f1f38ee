"""A blend weighs its members by what they are worth, and comes back from its file."""

from pathlib import Path

import numpy as np
import pytest

from data.errors import BadInput
from model.baselines.base import Baseline
from model.baselines.markov import Markov
from model.baselines.personal_frequency import PersonalFrequency
from model.baselines.popularity import Popularity
from model.baselines.repeat_last import RepeatLast
from model.blend.blend import FILE, Blend
from model.blend.conditional_logit import CandidateSample, fit_logit
from model.blend.fit import fit_blend
from model.metrics.ranking import top_k
from model.run_folder import RunFolder
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, small


def loyal(buyers: int = 120) -> SplitData:
    """Return synthetic buyers of whom each buys one product again and again."""
    random = np.random.default_rng(0)
    histories = [[f"p{random.integers(40):02d}"] * 6 for _buyer in range(buyers)]
    return split_prepared(prepared(histories), small())


def fitted(task: SplitData) -> list[Baseline]:
    members: list[Baseline] = [Popularity(), Markov(), PersonalFrequency()]
    for member in members:
        member.fit(task.buyers, task.products)
    return members


def test_buyers_who_buy_again_are_offered_the_same_again() -> None:
    task = loyal()
    blend = fit_blend(task, fitted(task))
    answers = task.answers(task.split.test)
    best = blend.scores(task.histories(task.split.test)).argmax(axis=1)
    assert (best == answers)[answers >= 0].mean() > 0.95


def test_a_blend_comes_back_from_its_file(tmp_path: Path) -> None:
    task = loyal()
    blend = fit_blend(task, fitted(task))
    blend.save(RunFolder(tmp_path))
    again = Blend.load(RunFolder(tmp_path), Popularity())
    histories = task.histories(task.split.test)
    np.testing.assert_allclose(again.scores(histories), blend.scores(histories), rtol=1e-6)
    assert again.shares == blend.shares


def test_a_blend_of_an_earlier_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "shop-1")
    run.path.mkdir()
    np.savez(run.path / FILE, about=np.array("[]"), weights=np.ones(1))
    with pytest.raises(BadInput, match="blend of run shop-1; train it again"):
        Blend.load(run, Popularity())


def test_a_buyers_own_products_go_last_where_nobody_buys_twice() -> None:
    random = np.random.default_rng(1)
    histories = [[f"p{one:02d}" for one in random.permutation(30)[:8]] for _buyer in range(150)]
    task = split_prepared(prepared(histories), small())
    blend = fit_blend(task, fitted(task))
    held = task.histories(task.split.test)
    scores, own = blend.scores(held), held.matrix(task.products).toarray() > 0
    below = [row[mine].max() < np.median(row[~mine]) for row, mine in zip(scores, own, strict=True)]
    assert np.mean(below) > 0.95


def test_buyers_who_follow_now_one_rule_and_now_another_get_a_mixture() -> None:
    """Half of the purchases repeat the last, half go one product on: no member knows both."""
    random = np.random.default_rng(2)
    histories = []
    for _buyer in range(400):
        one = [int(random.integers(200))]
        for _step in range(7):
            one.append(one[-1] if random.random() < 0.5 else (one[-1] + 1) % 200)
        histories.append([f"p{code:03d}" for code in one])
    task = split_prepared(prepared(histories), small())
    members: list[Baseline] = [Popularity(), Markov(), RepeatLast()]
    for member in members:
        member.fit(task.buyers, task.products)
    blend = fit_blend(task, members)
    targets = task.split.test[task.answers(task.split.test) >= 0]
    best = top_k(blend.scores(task.histories(targets)), 2)
    assert (best == task.answers(targets)[:, None]).any(axis=1).mean() > 0.9


def test_the_logit_finds_the_weights_that_made_the_choices() -> None:
    random = np.random.default_rng(3)
    said = random.normal(size=(6000, 30, 2)).astype(np.float32)
    own = random.random((6000, 30)) < 0.3
    worth = np.where(own, said @ [0.0, 2.0] + 0.5, said @ [1.0, 0.0])
    choice = (worth + random.gumbel(size=worth.shape)).argmax(axis=1)
    for values in (said, own):
        first = values[np.arange(6000), choice].copy()
        values[np.arange(6000), choice], values[:, 0] = values[:, 0], first
    sample = CandidateSample(
        said, own, np.zeros(own.shape, np.float32), np.ones((6000, 2), np.float32)
    )
    new, mine, again = fit_logit(said, sample)
    np.testing.assert_allclose(new, [1, 0], atol=0.1)
    np.testing.assert_allclose(mine, [0, 2], atol=0.1)
    assert again == pytest.approx(0.5, abs=0.15)


def test_a_blend_that_an_earlier_version_wrote_without_contexts_says_the_same(
    tmp_path: Path,
) -> None:
    task = loyal()
    blend = fit_blend(task, fitted(task))
    blend.save(RunFolder(tmp_path))
    with np.load(tmp_path / FILE) as held:
        arrays = dict(held)
    for name in ("pool", "new", "own", "again"):
        arrays[name] = arrays[name][0]
    np.savez(tmp_path / FILE, **arrays)
    histories = task.histories(task.split.test)
    again = Blend.load(RunFolder(tmp_path), Popularity())
    np.testing.assert_allclose(again.scores(histories), blend.scores(histories), rtol=1e-6)
