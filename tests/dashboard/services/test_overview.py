"""The runs on the home page."""

import json

from dashboard.jobs.runs_table import Runs
from dashboard.services.overview import overview
from data.home import Home


def test_a_run_is_as_good_as_what_it_serves_not_as_its_network_alone(home: Home) -> None:
    table = Runs(home)
    run = table.create("train", "demo", {"epochs": 1})
    models = [
        ("blend", "network", 0.07),
        ("gru", "network", 0.04),
        ("popularity", "baseline", 0.05),
    ]
    evaluated = [
        {"name": name, "kind": kind, "metrics": {"hr@10": rate}} for name, kind, rate in models
    ]
    folder = table.folder(run)
    folder.mkdir(parents=True)
    (folder / "evaluation.json").write_text(json.dumps({"models": evaluated}))
    (summary,) = overview(home).latest
    assert (summary.hit_rate, summary.popularity) == (0.07, 0.05)
