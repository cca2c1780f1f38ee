"""How much of a model's NDCG@10 is the order in which a log lists the lines of a basket.

``python -m tests.benchmarks basket_order`` takes every eighth household of the Complete Journey, or
as ``ORDER_SHARE`` says (1 for all): in the order of the file, with the lines of each basket
shuffled, and under protocols that ask before the basket.
"""

import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from data.datasets.store import Store
from data.home import Home
from data.importing import complete_journey
from data.importing.ingest import ingest
from data.preparation.prepare import PreparedEvents, prepare
from data.preparation.sequences import microseconds
from model.baselines.tuning import fit
from model.config.run_config import RunConfig
from model.evaluation.evaluate import evaluate_models
from model.sequences.split_data import split_prepared

BASELINES = ("popularity", "personal frequency", "markov", "sequence rules")
CASES = {
    "temporal": {"protocol": "temporal", "moment": "event"},
    "temporal, before the basket": {"protocol": "temporal", "moment": "basket"},
    "basket": {"protocol": "basket"},
    "horizon of 7 days": {"protocol": "horizon"},
}


def main() -> None:
    """Print NDCG@10 of some baselines with and without the order of lines, by protocol."""
    share = int(os.environ.get("ORDER_SHARE", "8"))
    config = RunConfig().override({"preparation": "all_purchases"})
    with tempfile.TemporaryDirectory() as folder:
        request = complete_journey.request(Path(folder), complete_journey.NAME)
        dataset = ingest(Store(Home(Path(folder) / "home")), request)
        events = prepare(dataset, config.preparation).events
    events = events[pd.factorize(events["user"])[0] % share == 0].reset_index(drop=True)
    print(f"{len(events):,} lines of {events['user'].nunique():,} buyers, {_neighbours(events)}\n")
    print(f"| protocol | lines | targets | sets | {' | '.join(BASELINES)} |")
    print(f"| --- | --- | --- | --- |{' --- |' * len(BASELINES)}")
    for name, settings in CASES.items():
        for lines, log in (("as in the file", events), ("shuffled", _shuffled(events))):
            print(f"| {name} | {lines} | {_figures(log, config.override(settings))} |", flush=True)


def _neighbours(events: pd.DataFrame) -> str:
    """Return how many neighbours of a basket have ascending product ids."""
    time, user = microseconds(events["time"]), events["user"].to_numpy()
    product = events["product"].astype(int).to_numpy()
    together = (np.diff(time) == 0) & (user[1:] == user[:-1])
    share = (np.diff(product)[together] >= 0).mean()
    return f"{share:.2%} of the neighbours in a basket in the order of their product ids"


def _shuffled(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events with those of one buyer and one time in random order."""
    draw = np.random.default_rng(1).random(len(events))
    user = pd.factorize(events["user"])[0]
    order = np.lexsort((draw, microseconds(events["time"]), user))
    return events.iloc[order].reset_index(drop=True)


def _figures(events: pd.DataFrame, config: RunConfig) -> str:
    """Return the numbers of targets and sets, and NDCG@10 with its interval of each baseline."""
    task = split_prepared(PreparedEvents(events, ()), config)
    report, _predictions = evaluate_models(task, [fit(name, task) for name in BASELINES])
    cells = [f"{report['targets']:,}", f"{report['sets']:,}" if report["sets"] else "–"]
    for model in report["models"]:
        low, high = model["ci95"]["ndcg@10"]
        cells.append(f"{model['metrics']['ndcg@10']:.4f} ({low:.4f}–{high:.4f})")
    return " | ".join(cells)
