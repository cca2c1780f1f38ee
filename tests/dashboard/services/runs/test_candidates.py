"""A run beside the model in service on purchases new to both: in a sentence and by a job."""

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.services.runs import candidates
from data.checksums import write_checked_json
from data.errors import BadInput, Damaged
from data.home import Home
from model.run_files import COMPARISON

Shop = tuple[Home, str]


def compared(low: float, high: float) -> candidates.Comparison:
    """Return a comparison whose difference has this interval."""
    return {
        **{"run": "toy-2", "in_service": "toy-1", "protocol": "temporal"},
        **{"from": "2024-01-22T00:00:00", "targets": 900, "buyers": 80},
        "new": {"ndcg@10": 0.31},
        "old": {"ndcg@10": 0.25},
        "difference": {"ndcg@10": {"value": (low + high) / 2, "low": low, "high": high}},
    }


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.01, 0.05, "toy-2 is better than toy-1: NDCG@10 0.3100, not 0.2500"),
        (-0.05, -0.01, "toy-2 is worse than toy-1"),
        (-0.01, 0.05, "No significant difference between toy-2 and toy-1"),
    ],
)
def test_the_sentence_follows_the_interval(low: float, high: float, words: str) -> None:
    assert words in candidates.in_words(compared(low, high))


def test_what_cannot_be_compared_is_refused(own_shop: Shop) -> None:
    home, run = own_shop
    for ask in (candidates.compare, candidates.start):
        with pytest.raises(BadInput, match="No model is in service"):
            ask(home, run)
    Runs(home).promotions.promote(run)
    for ask in (candidates.compare, candidates.start):
        with pytest.raises(BadInput, match="is in service already"):
            ask(home, run)


def test_a_result_is_of_the_newest_job_on_both_runs(own_shop: Shop) -> None:
    home, run = own_shop
    runs = Runs(home)
    pair = {"run": run, "in_service": "toy-9"}
    old, new = (runs.create(candidates.KIND, "toy", pair) for _time in range(2))
    runs.create(candidates.KIND, "toy", pair | {"in_service": "toy-8"})
    newest = candidates.newest_job(home, run, "toy-9")
    assert newest is not None
    assert newest.run == new != old
    with pytest.raises(Damaged, match="compute them again"):
        candidates.result(home, new)
    runs.folder(new).mkdir(parents=True)
    write_checked_json(runs.folder(new) / COMPARISON, compared(0.1, 0.2))
    assert candidates.result(home, new) == compared(0.1, 0.2)
