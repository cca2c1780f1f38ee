"""A blend's scores are the sum of its definition, however the terms are split and batched."""

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


class Dense(Recommender):
    """A baseline whose scores a blend adds for every product."""

    def __init__(self, baseline: Baseline) -> None:
        self.baseline, self.name = baseline, baseline.name
        self.probabilistic = baseline.probabilistic  # type: ignore[misc]

    def scores(self, histories: Histories) -> Floats:
        return self.baseline.scores(histories)


@pytest.fixture(scope="module")
def task() -> SplitData:
    return split_prepared(prepared(random_histories(150, 60, longest=30)), small())


@pytest.fixture(scope="module")
def histories(task: SplitData) -> Histories:
    """Histories of all lengths; the second and the last are empty."""
    histories = task.histories(task.split.test)
    stop = histories.stop.copy()
    stop[[1, -1]] = histories.start[[1, -1]]
    return replace(histories, stop=stop)


@pytest.fixture(scope="module")
def members(task: SplitData) -> dict[str, Baseline]:
    baselines = {name: BASELINES.load(name)() for name in BASELINES}
    for baseline in baselines.values():
        baseline.fit(task.buyers, task.products)
    return baselines


@pytest.fixture(scope="module")
def counts(task: SplitData) -> Longs:
    """Training events by which there are histories in every stratum."""
    return np.arange(task.products) * 2


def weights(members: int, seed: int = 0) -> BlendWeights:
    random = np.random.default_rng(seed)
    mixture = random.random(members)
    new, repeat = random.normal(size=(2, members + 1))
    return BlendWeights(mixture / mixture.sum(), new, repeat, 0.7)


def defined_scores(blend: Blend, histories: Histories) -> Floats:
    """The scores of a blend with one stratum by its definition, in double precision."""
    weights = blend.weights[0]
    columns, mixture = [], 0.0
    for i, member in enumerate(blend.members):
        scores = member.scores(histories).astype(np.float64)
        scores = to_log_scale(member, scores, float(blend.scales[i])).astype(np.float64)
        raw = np.exp(scores) if member.probabilistic else np.expm1(scores)
        mixture = mixture + weights.mixture[i] * raw / raw.sum(axis=1, keepdims=True)
        columns.append(scores)
    columns.append(np.log(np.maximum(mixture, TINY)))
    features = np.stack(columns, axis=2)
    repeat = histories.matrix(features.shape[1]).toarray() > 0
    of_repeat = features @ weights.repeat + weights.repeat_intercept
    return np.where(repeat, of_repeat, features @ weights.new)


@pytest.mark.parametrize("name", SPARSE)
def test_products_without_a_personal_score_have_the_default_score(
    name: str, members: dict[str, Baseline], histories: Histories
) -> None:
    member = members[name]
    assert isinstance(member, SparseBaseline)
    personal, scores = member.personal_scores(histories), member.scores(histories)
    assert personal.dtype == np.float32
    stored = personal.copy()
    stored.data[:] = 1
    rest = stored.toarray() == 0
    assert (scores == member.default_scores)[rest].all()
    np.testing.assert_array_equal(scores[~rest], personal.toarray()[~rest])


@pytest.mark.parametrize("name", BASELINES)
def test_a_sparse_member_contributes_the_same_as_a_dense_one(
    name: str, members: dict[str, Baseline], histories: Histories, counts: Longs
) -> None:
    arguments = [weights(1)], np.array([0.6]), counts
    sparse = Blend([members[name]], *arguments).scores(histories)
    dense = Blend([Dense(members[name])], *arguments).scores(histories)
    tolerance = 2e-3 if name == "matrix factorisation" else 2e-5  # its sums nearly cancel out
    np.testing.assert_allclose(sparse, dense, rtol=2e-5, atol=tolerance)


def test_all_members_together_have_the_scores_of_the_definition(
    members: dict[str, Baseline], histories: Histories, counts: Longs
) -> None:
    chosen = [member for name, member in members.items() if name != "matrix factorisation"]
    scales = np.linspace(0.2, 2, len(chosen))
    blend = Blend(chosen, [weights(len(chosen))], scales, counts)
    np.testing.assert_allclose(
        blend.scores(histories), defined_scores(blend, histories), rtol=2e-4, atol=2e-4
    )


@pytest.fixture(scope="module")
def stratified(members: dict[str, Baseline], counts: Longs) -> Blend:
    """A blend of all members whose strata have separate weights."""
    separate = [weights(len(members), seed) for seed in range(len(EDGES) + 1)]
    return Blend(list(members.values()), separate, np.ones(len(members)), counts)


@pytest.mark.parametrize(("batch", "block"), [(1, 1), (7, 3), (64, 64), (1000, 20)])
def test_the_scores_do_not_depend_on_the_batch_size(
    batch: int,
    block: int,
    stratified: Blend,
    histories: Histories,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = stratified.scores(histories)
    monkeypatch.setattr(scorer, "SCORES_PER_BLOCK", block * expected.shape[1])
    batches: list[Floats] = []
    rows: list[int] = []
    for batch_rows, scores in stratified.score_batches(histories, batch):
        assert len(scores) <= min(batch, block)
        batches.append(scores)
        rows.extend(range(len(histories))[batch_rows])
    assert rows == list(range(len(histories)))
    np.testing.assert_allclose(np.concatenate(batches), expected, rtol=1e-4, atol=2e-3)


def test_no_histories_have_no_scores(stratified: Blend, histories: Histories) -> None:
    nobody = histories.select(slice(0, 0))
    assert stratified.scores(nobody).shape == (0, stratified.scores(histories).shape[1])


@pytest.mark.parametrize("row", [0, 1, -1])
def test_a_history_has_the_same_scores_alone_and_in_a_batch(
    row: int, stratified: Blend, histories: Histories
) -> None:
    alone = stratified.scores(histories.select(np.array([row])))
    together = stratified.scores(histories)[row]
    np.testing.assert_allclose(alone[0], together, rtol=1e-4, atol=2e-3)
