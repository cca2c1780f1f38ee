"""Figures equal those of trec_eval, which others wrote, on the same rankings of real models."""

import numpy as np
import pytest
import pytrec_eval

from model.baselines.tuning import fit_all
from model.evaluation.evaluate import predict_targets
from model.metrics.ranking import metrics_per_target
from model.sequences.split_data import SplitData, split_prepared
from tests.model.toys import prepared, random_histories, small

DEPTH = 20
THEIRS = {
    **{f"hr@{k}": f"success_{k}" for k in (1, 5, 10, 20)},
    **{f"ndcg@{k}": f"ndcg_cut_{k}" for k in (10, 20)},
}


@pytest.fixture(scope="module")
def task() -> SplitData:
    return split_prepared(prepared(random_histories(150, 60)), small(protocol="temporal"))


def theirs(ranked: list[list[int]], answers: list[int]) -> list[dict[str, float]]:
    """Return trec_eval's figures of each list; one product of each is relevant."""
    names = [f"{number:06d}" for number in range(len(ranked))]
    run = {
        name: {str(product): float(-place) for place, product in enumerate(products)}
        for name, products in zip(names, ranked, strict=True)
    }
    relevant = {name: {str(answer): 1} for name, answer in zip(names, answers, strict=True)}
    measures = {"success.1,5,10,20", "ndcg_cut.10,20", "recip_rank"}
    found = pytrec_eval.RelevanceEvaluator(relevant, measures).evaluate(run)
    return [found[name] for name in names]


def test_figures_equal_trec_evals_for_every_baseline(task: SplitData) -> None:
    targets = task.split.test
    histories, answers = task.histories(targets), task.answers(targets)
    fitted = fit_all(task)
    for baseline, outcome in zip(fitted, predict_targets(task, targets, fitted), strict=True):
        figures = metrics_per_target(outcome.rank, answers < 0)
        ranked = []
        for row, answer in zip(baseline.scores(histories), answers.tolist(), strict=True):
            last_of_its_ties = np.arange(task.products) == answer
            ranked.append(np.lexsort((last_of_its_ties, -row))[:DEPTH].tolist())
        for i, found in enumerate(theirs(ranked, answers.tolist())):
            for ours, name in THEIRS.items():
                assert figures[ours][i] == pytest.approx(found[name]), (baseline.name, ours)
            assert figures["mrr@20"][i] == pytest.approx(found["recip_rank"]), baseline.name
