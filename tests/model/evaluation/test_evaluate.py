"""Models that are evaluated together have the metrics that each has when evaluated alone."""

import numpy as np
import pytest

from data.preparation.sequences import Floats
from model.baselines.base import Baseline
from model.baselines.content import Content
from model.blend.blend import Blend
from model.blend.conditional_logit import BlendWeights
from model.evaluation.evaluate import evaluate_models, predict_targets
from model.sequences.histories import Histories
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, random_histories, small


@pytest.fixture(scope="module")
def task() -> SplitData:
    return split_prepared(prepared(random_histories(100, 40)), small())


class Counting(Content):
    """A baseline that counts how often it is asked for scores."""

    calls = 0

    def scores(self, histories: Histories) -> Floats:
        self.calls += 1
        return super().scores(histories)


def fitted(task: SplitData, decay: float) -> Counting:
    model = Counting(decay=decay)
    model.fit(task.buyers, task.products)
    return model


def blend_of(member: Baseline, task: SplitData) -> Blend:
    weights = BlendWeights(np.ones(1), np.ones(2), np.ones(2), 0.0)
    return Blend([member], [weights], np.ones(1), task.popularity)


def test_a_blends_member_and_a_model_of_the_same_name_are_scored_apart(task: SplitData) -> None:
    """A stored blend may hold a baseline that was fitted otherwise than the one of today."""
    member, other = fitted(task, 0.1), fitted(task, 1.0)
    targets = task.split.test
    _blend, together = predict_targets(task, targets, [blend_of(member, task), other])
    (alone,) = predict_targets(task, targets, [other])
    np.testing.assert_array_equal(together.top, alone.top)
    np.testing.assert_array_equal(together.rank, alone.rank)


def test_a_blends_member_that_is_evaluated_too_is_scored_once(task: SplitData) -> None:
    member = fitted(task, 0.5)
    predict_targets(task, task.split.test, [member])
    batches = member.calls
    predict_targets(task, task.split.test, [blend_of(member, task), member])
    assert member.calls == 2 * batches


def test_where_a_blend_is_served_models_are_compared_with_the_network_alone_too(
    task: SplitData,
) -> None:
    alone, other = fitted(task, 0.1), fitted(task, 1.0)
    metrics, _predictions = evaluate_models(task, [blend_of(alone, task), alone, other])
    own, rival = (model["metrics"]["ndcg@10"] for model in metrics["models"][1:])
    low, high = metrics["models"][2]["behind_network95"]["ndcg@10"]
    assert low <= own - rival <= high
    assert low < high
    assert metrics["models"][1]["behind_network95"]["ndcg@10"] == [0, 0]
    metrics, _predictions = evaluate_models(task, [alone, other])
    assert not any("behind_network95" in model for model in metrics["models"])
