"""Metrics of sets equal a brute-force version, and trec_eval's on the same rankings."""

import numpy as np
import pytest
import pytrec_eval

from data.preparation.sequences import Floats
from model.metrics.held_out import HeldOutTargets
from model.metrics.ranking import target_ranks
from model.metrics.sets import CUTOFFS, metrics_per_set

TREC_NAMES = {
    **{f"recall@{k}": f"recall_{k}" for k in CUTOFFS},
    **{f"precision@{k}": f"P_{k}" for k in CUTOFFS},
    **{f"hr@{k}": f"success_{k}" for k in (1, *CUTOFFS)},
    **{f"map@{k}": f"map_cut_{k}" for k in CUTOFFS},
    **{f"ndcg@{k}": f"ndcg_cut_{k}" for k in CUTOFFS},
}
MEASURES = {
    "recall.5,10,20",
    "P.5,10,20",
    "success.1,5,10,20",
    "map_cut.5,10,20",
    "ndcg_cut.5,10,20",
}
PRODUCTS, COLD = 40, -1

Case = tuple[Floats, list[list[int]]]


@pytest.fixture(scope="module")
def case() -> Case:
    """Return scores with many ties, and the products of each set, some of them cold."""
    random = np.random.default_rng(3)
    scores = random.integers(0, 12, (60, PRODUCTS)).astype(np.float32)
    sets = []
    for _row in range(60):
        products = random.choice(PRODUCTS, random.integers(1, 26), replace=False).tolist()
        sets.append(products + [COLD] * int(random.integers(0, 3)))
    return scores, sets


def flat(case: Case) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rank of each target, whether it is cold, and its set."""
    scores, sets = case
    row = np.repeat(np.arange(len(sets)), [len(products) for products in sets])
    answers = np.concatenate([np.array(products) for products in sets])
    return target_ranks(scores[row], answers), answers < 0, row


def ranking(scores: Floats, relevant: list[int]) -> list[int]:
    """Return all products, best first; of equal scores the relevant ones last."""
    return np.lexsort((np.isin(np.arange(PRODUCTS), relevant), -scores)).tolist()


def brute_force(listed: list[int], relevant: list[int], cold: int, k: int) -> dict[str, float]:
    """Return the metrics of one ranking, by their definitions."""
    size = len(relevant) + cold
    hits = [product in relevant for product in listed[:k]]
    precisions = [sum(hits[: i + 1]) / (i + 1) for i in range(len(hits)) if hits[i]]
    ideal = sum(1 / np.log2(i + 2) for i in range(min(size, k)))
    return {
        f"recall@{k}": sum(hits) / size,
        f"precision@{k}": sum(hits) / k,
        f"hr@{k}": float(any(hits)),
        f"map@{k}": sum(precisions) / size,
        f"ndcg@{k}": sum(1 / np.log2(i + 2) for i in range(len(hits)) if hits[i]) / ideal,
    }


def test_metrics_of_sets_equal_a_brute_force_version(case: Case) -> None:
    rank, cold, sets = flat(case)
    of_sets = metrics_per_set(rank, cold, sets)
    for i, (scores, products) in enumerate(zip(*case, strict=True)):
        known = [product for product in products if product != COLD]
        for k in CUTOFFS:
            expected = brute_force(ranking(scores, known), known, len(products) - len(known), k)
            assert {name: of_sets.values[name][i] for name in expected} == pytest.approx(expected)


def test_metrics_of_sets_equal_those_of_trec_eval(case: Case) -> None:
    rank, cold, sets = flat(case)
    values = metrics_per_set(rank, cold, sets).values
    run, relevant = {}, {}
    for i, (scores, products) in enumerate(zip(*case, strict=True)):
        name = f"{i:04d}"
        listed = ranking(scores, products)
        run[name] = {str(product): float(-place) for place, product in enumerate(listed)}
        cold_products = {f"cold{j}": 1 for j in range(products.count(COLD))}
        relevant[name] = {
            str(product): 1 for product in products if product != COLD
        } | cold_products
    expected = pytrec_eval.RelevanceEvaluator(relevant, MEASURES).evaluate(run)
    for metric, trec_name in TREC_NAMES.items():
        np.testing.assert_allclose(
            values[metric], [expected[name][trec_name] for name in run], rtol=1e-6
        )


def test_of_a_part_of_each_set_the_positions_in_the_whole_ranking_count(case: Case) -> None:
    rank, cold, sets = flat(case)
    chosen = np.arange(len(rank)) % 2 == 0
    of_part = metrics_per_set(rank, cold, sets, chosen)
    scores, products = case
    for row, number in enumerate(of_part.number.tolist()):
        targets = np.flatnonzero(sets == number)
        first = targets[0]
        part = [products[number][i - first] for i in targets if chosen[i]]
        known = [product for product in part if product != COLD]
        listed = ranking(scores[number], known)
        expected = brute_force(listed, known, len(part) - len(known), 10)
        assert {name: of_part.values[name][row] for name in expected} == pytest.approx(expected)


def test_a_set_of_one_product_has_the_metrics_of_a_target_by_itself() -> None:
    rank, cold = np.array([1, 4, 11, 30]), np.array([False, False, False, True])
    user = np.array([0, 0, 1, 2])
    alone = HeldOutTargets(user, cold, None).figures(rank).means
    in_sets = HeldOutTargets(user, cold, np.arange(4)).figures(rank).means
    for name in ("hr@1", "hr@10", "hr@20", "ndcg@10", "ndcg@20"):
        assert in_sets[name] == pytest.approx(alone[name])
    assert in_sets["map@10"] == pytest.approx(alone["mrr@10"])


def test_means_are_over_sets_over_buyers_and_over_events() -> None:
    rank = np.array([1, 50, 50, 2, 50])  # sets of one, two and two products, of two buyers
    targets = HeldOutTargets(
        np.array([0, 0, 0, 1, 1]), np.zeros(5, bool), np.array([0, 1, 1, 2, 2])
    )
    figures = targets.figures(rank)
    assert figures.means["recall@10"] == pytest.approx((1 + 0 + 0.5) / 3)
    assert figures.means_of_buyers["recall@10"] == pytest.approx((0.5 + 0.5) / 2)
    assert figures.means_of_events["recall@10"] == pytest.approx(2 / 5)
