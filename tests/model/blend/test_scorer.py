"""The sum of what members say is the same whether most of it is made once or all of it anew."""

from dataclasses import replace

import numpy as np
import pytest

from data.preparation.sequences import Floats, Longs
from model.baselines import BASELINES
from model.baselines.base import Baseline, Recommender, SparseBaseline
from model.blend import scorer
from model.blend.blend import Blend, to_log_scale
from model.blend.conditional_logit import TINY, BlendWeights
from model.blend.popularity_strata import EDGES
from model.sequences.histories import Histories
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, random_histories, small

SPARSE = [name for name in BASELINES if issubclass(BASELINES.load(name), SparseBaseline)]


class Whole(Recommender):
    """A baseline whose scores are added product by product."""

    def __init__(self, member: Baseline) -> None:
        self.member, self.name = member, member.name
        self.probabilistic = member.probabilistic  # type: ignore[misc]

    def scores(self, histories: Histories) -> Floats:
        return self.member.scores(histories)


@pytest.fixture(scope="module")
def task() -> SplitData:
    return split_prepared(prepared(random_histories(150, 60, longest=30)), small())


@pytest.fixture(scope="module")
def histories(task: SplitData) -> Histories:
    """Histories of all lengths; the second is empty, and so is the last."""
    some = task.histories(task.split.test)
    stop = some.stop.copy()
    stop[[1, -1]] = some.start[[1, -1]]
    return replace(some, stop=stop)


@pytest.fixture(scope="module")
def members(task: SplitData) -> dict[str, Baseline]:
    found = {name: BASELINES.load(name)() for name in BASELINES}
    for member in found.values():
        member.fit(task.buyers, task.products)
    return found


@pytest.fixture(scope="module")
def counts(task: SplitData) -> Longs:
    """Counts by which there are histories in every context."""
    return np.arange(task.products) * 2


def weights(number: int, seed: int = 0) -> BlendWeights:
    random = np.random.default_rng(seed)
    pool = random.random(number)
    new, own = random.normal(size=(2, number + 1))
    return BlendWeights(pool / pool.sum(), new, own, 0.7)


def summed(blend: Blend, histories: Histories) -> Floats:
    """The sum of a blend with one context as its definition says it, in double precision."""
    weights = blend.weights[0]
    rated, mixture = [], 0.0
    for i, member in enumerate(blend.members):
        scores = member.scores(histories).astype(np.float64)
        said = to_log_scale(member, scores, float(blend.scales[i])).astype(np.float64)
        raw = np.exp(said) if member.probabilistic else np.expm1(said)
        mixture = mixture + weights.mixture[i] * raw / raw.sum(axis=1, keepdims=True)
        rated.append(said)
    rated.append(np.log(np.maximum(mixture, TINY)))
    said = np.stack(rated, axis=2)
    own = histories.matrix(said.shape[1]).toarray() > 0
    return np.where(own, said @ weights.repeat + weights.repeat_intercept, said @ weights.new)


@pytest.mark.parametrize("name", SPARSE)
def test_a_sparse_baseline_says_the_same_of_all_products_that_it_does_not_name(
    name: str, members: dict[str, Baseline], histories: Histories
) -> None:
    member = members[name]
    assert isinstance(member, SparseBaseline)
    changed, scores = member.personal_scores(histories), member.scores(histories)
    assert changed.dtype == np.float32
    named = changed.copy()
    named.data[:] = 1
    rest = named.toarray() == 0
    assert (scores == member.default_scores)[rest].all()
    np.testing.assert_array_equal(scores[~rest], changed.toarray()[~rest])


@pytest.mark.parametrize("name", BASELINES)
def test_one_member_counts_the_same_however_it_is_added(
    name: str, members: dict[str, Baseline], histories: Histories, counts: Longs
) -> None:
    told = [weights(1)], np.array([0.6]), counts
    quick = Blend([members[name]], *told).scores(histories)
    whole = Blend([Whole(members[name])], *told).scores(histories)
    near = 2e-3 if name == "matrix factorisation" else 2e-5  # its sums nearly cancel out
    np.testing.assert_allclose(quick, whole, rtol=2e-5, atol=near)


def test_all_members_together_make_the_sum_that_the_definition_says(
    members: dict[str, Baseline], histories: Histories, counts: Longs
) -> None:
    chosen = [one for name, one in members.items() if name != "matrix factorisation"]
    scales = np.linspace(0.2, 2, len(chosen))
    blend = Blend(chosen, [weights(len(chosen))], scales, counts)
    np.testing.assert_allclose(
        blend.scores(histories), summed(blend, histories), rtol=2e-4, atol=2e-4
    )


@pytest.fixture(scope="module")
def apart(members: dict[str, Baseline], counts: Longs) -> Blend:
    """A blend of all members whose contexts have weights of their own."""
    told = [weights(len(members), seed) for seed in range(len(EDGES) + 1)]
    return Blend(list(members.values()), told, np.ones(len(members)), counts)


@pytest.mark.parametrize(("step", "near"), [(1, 1), (7, 3), (64, 64), (1000, 20)])
def test_sums_are_the_same_however_many_are_made_at_a_time(
    step: int, near: int, apart: Blend, histories: Histories, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = apart.scores(histories)
    monkeypatch.setattr(scorer, "SCORES_PER_BLOCK", near * expected.shape[1])
    found: list[Floats] = []
    rows: list[int] = []
    for some, scores in apart.score_batches(histories, step):
        assert len(scores) <= min(step, near)
        found.append(scores)
        rows.extend(range(len(histories))[some])
    assert rows == list(range(len(histories)))
    np.testing.assert_allclose(np.concatenate(found), expected, rtol=1e-4, atol=2e-3)


def test_of_no_histories_there_are_no_sums(apart: Blend, histories: Histories) -> None:
    nobody = histories.some(slice(0, 0))
    assert apart.scores(nobody).shape == (0, apart.scores(histories).shape[1])


def test_histories_are_summed_alike_alone_and_among_others(
    apart: Blend, histories: Histories
) -> None:
    together = apart.scores(histories)
    for row in (0, 1, len(histories) - 1):
        alone = apart.scores(histories.some(slice(row, row + 1)))
        np.testing.assert_allclose(alone[0], together[row], rtol=1e-4, atol=2e-3)
