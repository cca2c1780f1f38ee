"""A blend is fitted on validation, ranks by its best members, and is stored in one file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.checksums import checked_write
from data.errors import BadInput
from model.baselines.base import Baseline
from model.baselines.markov import Markov
from model.baselines.personal_frequency import PersonalFrequency
from model.baselines.popularity import Popularity
from model.baselines.repeat_last import RepeatLast
from model.blend.blend import Blend
from model.blend.fit import LEAST_TARGETS, fit_blend
from model.metrics.ranking import top_k
from model.run_files import BLEND
from model.run_folder import RunFolder
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, small


def store(folder: Path, arrays: dict[str, Any]) -> None:
    """Replace the blend of a run by arrays of another version."""
    with checked_write(folder / BLEND) as file, file.open("wb") as stream:
        np.savez(stream, **arrays)


@pytest.fixture(scope="module")
def loyal() -> SplitData:
    """Synthetic users who each buy one product repeatedly."""
    random = np.random.default_rng(0)
    log = [[f"p{random.integers(40):02d}"] * 6 for _user in range(120)]
    return split_prepared(prepared(log), small())


def fitted(task: SplitData, *models: type[Baseline]) -> list[Baseline]:
    members = [model() for model in models or (Popularity, Markov, PersonalFrequency)]
    for member in members:
        member.fit(task.buyers, task.products)
    return members


@pytest.fixture(scope="module")
def blend(loyal: SplitData) -> Blend:
    return fit_blend(loyal, fitted(loyal))


def test_repeat_products_rank_first_for_users_who_repeat(loyal: SplitData, blend: Blend) -> None:
    answers = loyal.answers(loyal.split.test)
    best = blend.scores(loyal.histories(loyal.split.test)).argmax(axis=1)
    assert (best == answers)[answers >= 0].mean() > 0.95


def test_the_share_that_is_done_rises_and_is_whole_at_the_end_alone(loyal: SplitData) -> None:
    shares: list[float] = []
    fit_blend(loyal, fitted(loyal), shares.append)
    assert shares == sorted(shares)
    assert [share for share in shares if share >= 1] == shares[-1:]


def test_a_stored_blend_has_the_same_scores_and_weights(
    loyal: SplitData, blend: Blend, tmp_path: Path
) -> None:
    blend.save(RunFolder(tmp_path))
    stored = Blend.load(RunFolder(tmp_path), Popularity())
    histories = loyal.histories(loyal.split.test)
    np.testing.assert_allclose(stored.scores(histories), blend.scores(histories), rtol=1e-6)
    assert stored.shares == blend.shares


def test_a_file_without_strata_of_an_earlier_version_has_the_same_scores(
    loyal: SplitData, blend: Blend, tmp_path: Path
) -> None:
    blend.save(RunFolder(tmp_path))
    with np.load(tmp_path / BLEND) as file:
        arrays = dict(file)
    for name in ("pool", "new", "own", "again"):
        arrays[name] = arrays[name][0]
    store(tmp_path, arrays)
    stored = Blend.load(RunFolder(tmp_path), Popularity())
    histories = loyal.histories(loyal.split.test)
    np.testing.assert_allclose(stored.scores(histories), blend.scores(histories), rtol=1e-6)


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "shop-1")
    run.path.mkdir()
    np.savez(run.path / BLEND, about=np.array("[]"), weights=np.ones(1))
    with pytest.raises(BadInput, match="blend of run shop-1; train it again"):
        Blend.load(run, Popularity())


def test_a_member_whose_package_is_not_installed_is_named(blend: Blend, tmp_path: Path) -> None:
    blend.save(RunFolder(tmp_path))
    with np.load(tmp_path / BLEND) as file:
        arrays = dict(file)
    arrays["about"] = np.array(str(arrays["about"]).replace('"popularity"', '"oracle"'))
    store(tmp_path, arrays)
    with pytest.raises(BadInput, match="needs the baseline oracle"):
        Blend.load(RunFolder(tmp_path), Popularity())


def test_repeat_products_rank_last_where_nobody_buys_twice() -> None:
    random = np.random.default_rng(1)
    log = [[f"p{product:02d}" for product in random.permutation(30)[:8]] for _user in range(500)]
    task = split_prepared(prepared(log), small())
    histories = task.histories(task.split.test)
    scores = fit_blend(task, fitted(task)).scores(histories)
    repeat = histories.matrix(task.products).toarray() > 0
    below = [row[own].max() < np.median(row[~own]) for row, own in zip(scores, repeat, strict=True)]
    assert np.mean(below) > 0.95


def test_few_targets_are_no_evidence_for_a_blend() -> None:
    random = np.random.default_rng(0)
    log = [[f"p{random.integers(40):02d}"] * 6 for _user in range(LEAST_TARGETS - 1)]
    task = split_prepared(prepared(log), small())
    members = fitted(task)
    assert fit_blend(task, members).members == members[:1]


def test_a_mixture_of_members_ranks_the_choices_of_both_first() -> None:
    """Half of the purchases repeat the last, half are the next product: no member has both."""
    random = np.random.default_rng(2)
    log = []
    for _user in range(400):
        codes = [int(random.integers(200))]
        for _step in range(7):
            codes.append(codes[-1] if random.random() < 0.5 else (codes[-1] + 1) % 200)
        log.append([f"p{code:03d}" for code in codes])
    task = split_prepared(prepared(log), small())
    blend = fit_blend(task, fitted(task, Popularity, Markov, RepeatLast))
    targets = task.split.test[task.answers(task.split.test) >= 0]
    top = top_k(blend.scores(task.histories(targets)), 2)
    assert (top == task.answers(targets)[:, None]).any(axis=1).mean() > 0.9
