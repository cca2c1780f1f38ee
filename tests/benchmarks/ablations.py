"""What an input adds: the network of ``best`` with and without it, on the same targets.

``python -m tests.benchmarks ablations`` takes every eighth household of the Complete Journey, under
``basket``; where something is known of buyers, only those of whom it is. ``ABLATIONS_DATA`` names a
log instead, with side tables beside it as RecBole names them, or is ``shop`` (synthetic,
``ABLATIONS_BUYERS`` of them); ``ABLATIONS_SHARE`` is every how many-th buyer,
``ABLATIONS_SETTINGS`` are settings of every network (JSON), ``ABLATIONS_NETWORKS`` names which of
``NETWORKS`` (with semicolons between), ``ABLATIONS_SEEDS`` is the number of seeds.
"""

import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from data.datasets.store import Store
from data.demo import generator
from data.home import Home
from data.importing import complete_journey
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.preparation.prepare import PreparedEvents, prepare
from model.baselines.tuning import fit
from model.config.presets import preset_for
from model.config.run_config import RunConfig
from model.config.sizing import LogSize
from model.metrics.held_out import Figures
from model.sequences.adapted_config import adapt
from model.sequences.split_data import split_prepared
from tests.benchmarks.baselines import paired_difference, some_buyers
from tests.benchmarks.network_alone import figures_of, trained_network

NETWORKS: dict[str, dict[str, Any]] = {
    "without": {},
    "buyers": {"buyer_attributes": True},
    "traits": {"product_traits": True},
    "products": {"product_attributes": True},
    "both": {"buyer_attributes": True, "product_attributes": True},
    "asking time": {"asking_time": True},
    "cosine": {"cosine_output": True},
}
BASELINES = ("popularity", "demographic")
BUYERS = int(os.environ.get("ABLATIONS_BUYERS", "20000"))


def main() -> None:
    """Print NDCG@10 of every network and baseline, and the paired intervals of what is added."""
    settings = {"protocol": "basket"} | json.loads(os.environ.get("ABLATIONS_SETTINGS", "{}"))
    names = os.environ.get("ABLATIONS_NETWORKS", ";".join(NETWORKS)).split(";")
    start = RunConfig().override(settings)
    data = split_prepared(prepared_log(start), start)
    size = LogSize(len(data.sequences), len(np.unique(data.sequences.product)))
    config = preset_for("best", size).override(settings | {"blend": False})
    print(
        f"{len(data.sequences):,} events of {len(data.sequences.users):,} buyers, {data.products:,}"
        f" products, {len(data.split.test):,} test targets; known of buyers:"
        f" {', '.join(data.buyer_attributes.names) or 'nothing'}\n"
    )
    print("| model | seed | epochs | NDCG@10 | HR@10 | more than without, or than popularity |")
    print("| --- | --- | --- | --- | --- | --- |")
    for seed in range(1, int(os.environ.get("ABLATIONS_SEEDS", "1")) + 1):
        reference: Figures | None = None
        for name in names:
            own = adapt(config.override(NETWORKS[name] | {"seed": seed}), data)
            with tempfile.TemporaryDirectory() as folder:
                network, epochs = trained_network(own, data, Path(folder))
                figures = figures_of(data, data.split.test, network)
            _print(name, f"{seed} | {epochs}", figures, reference)
            reference = reference or figures
    reference = None
    for name in BASELINES if data.buyer_attributes else BASELINES[:1]:
        figures = figures_of(data, data.split.test, fit(name, data))
        _print(name, "– | –", figures, reference)
        reference = reference or figures


def prepared_log(config: RunConfig) -> PreparedEvents:
    """Import a log with its side tables, and prepare the events of some of its buyers."""
    log = os.environ.get("ABLATIONS_DATA", "")
    share = int(os.environ.get("ABLATIONS_SHARE", "1" if log else "8"))
    with tempfile.TemporaryDirectory() as folder:
        if log == "shop":
            request = ImportRequest([Path(folder) / "shop.csv"], "log", synthetic=True)
            generator.write(request.files[0], buyers=BUYERS, seed=0)
        elif log:
            request = ImportRequest([Path(log)], "log")
        else:
            request = complete_journey.request(Path(folder), "log")
        dataset = ingest(Store(Home(Path(folder) / "home")), request)
        prepared = prepare(dataset, config.preparation, with_products=True)
    if not prepared.buyers.rows.empty:
        is_known = prepared.events["user"].isin(prepared.buyers.rows.index)
        prepared = replace(prepared, events=prepared.events[is_known])
    return some_buyers(prepared, share)


def _print(name: str, about: str, figures: Figures, reference: Figures | None) -> None:
    more = "–" if reference is None else paired_difference(figures, reference)
    means = f"{figures.means['ndcg@10']:.4f} | {figures.means['hr@10']:.4f}"
    print(f"| {name} | {about} | {means} | {more} |", flush=True)


if __name__ == "__main__":
    main()
