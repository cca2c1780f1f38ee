"""Ranking metrics equal those of trec_eval on the rankings of fitted baselines."""

import numpy as np
import pytest
import pytrec_eval

from model.baselines import BASELINES
from model.baselines.base import Baseline
from model.baselines.tuning import fit
from model.evaluation.evaluate import predict_targets
from model.metrics.ranking import metrics_per_target
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, random_histories, small

DEPTH = 20
TREC_NAMES = {
    **{f"hr@{k}": f"success_{k}" for k in (1, 5, 10, 20)},
    **{f"ndcg@{k}": f"ndcg_cut_{k}" for k in (10, 20)},
    "mrr@20": "recip_rank",
}


@pytest.fixture(scope="module")
def task() -> SplitData:
    return split_prepared(prepared(random_histories(150, 60)), small(protocol="temporal"))


@pytest.fixture(scope="module")
def fitted(task: SplitData) -> dict[str, Baseline]:
    return {name: fit(name, task) for name in BASELINES}


def trec_eval(rankings: list[list[int]], answers: list[int]) -> list[dict[str, float]]:
    """Return trec_eval's metrics of each ranking, where one product is relevant."""
    names = [f"{number:06d}" for number in range(len(rankings))]
    run = {
        name: {str(product): float(-rank) for rank, product in enumerate(products)}
        for name, products in zip(names, rankings, strict=True)
    }
    relevant = {name: {str(answer): 1} for name, answer in zip(names, answers, strict=True)}
    measures = {"success.1,5,10,20", "ndcg_cut.10,20", "recip_rank"}
    metrics = pytrec_eval.RelevanceEvaluator(relevant, measures).evaluate(run)
    return [metrics[name] for name in names]


@pytest.mark.parametrize("name", BASELINES)
def test_metrics_equal_those_of_trec_eval(
    name: str, task: SplitData, fitted: dict[str, Baseline]
) -> None:
    targets = task.split.test
    histories, answers = task.histories(targets), task.answers(targets)
    (predictions,) = predict_targets(task, targets, [fitted[name]])
    per_target = metrics_per_target(predictions.rank, answers < 0)
    rankings = []
    for scores, answer in zip(fitted[name].scores(histories), answers.tolist(), strict=True):
        is_target = np.arange(task.products) == answer  # the last among equal scores
        rankings.append(np.lexsort((is_target, -scores))[:DEPTH].tolist())
    expected = trec_eval(rankings, answers.tolist())
    for metric, trec_name in TREC_NAMES.items():
        np.testing.assert_allclose(
            per_target[metric], [target[trec_name] for target in expected], rtol=1e-6
        )
