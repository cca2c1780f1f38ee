"""The targets of every protocol have the metrics that tables, charts and epochs show of it."""

import numpy as np
import pytest

from data.preparation.splits import PROTOCOLS, SETS
from model.metrics.held_out import HeldOutTargets
from model.metrics.protocol_metrics import VALUE, metrics_of


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_metric_of_a_protocol_is_computed(protocol: str) -> None:
    names = metrics_of(protocol)
    sets = np.array([0, 0, 1]) if protocol in SETS else None
    targets = HeldOutTargets(np.array([0, 0, 1]), np.zeros(3, dtype=bool), sets)
    of_targets = {name for name in names.table if name not in {VALUE, "coverage@10", "loss"}}
    computed = targets.figures(np.array([1, 2, 30])).means
    assert computed.keys() >= {*names.compared, *names.epoch, names.hits, *of_targets}


@pytest.mark.parametrize("protocol", ["basket", "horizon"])
def test_the_share_of_hits_of_sets_is_their_mean_over_targets(protocol: str) -> None:
    targets = HeldOutTargets(np.array([0, 0, 1]), np.zeros(3, dtype=bool), np.array([0, 0, 1]))
    figures = targets.figures(np.array([1, 2, 30]))
    assert figures.means_of_events[metrics_of(protocol).hits] == pytest.approx(2 / 3)
