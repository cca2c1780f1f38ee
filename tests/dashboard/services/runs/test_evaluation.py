"""The stored evaluation of a run is read again when it changes."""

import json

from dashboard.jobs.runs_table import Runs
from dashboard.services.runs.evaluation import test_metrics as metrics_of
from data.home import Home


def evaluate(home: Home, run: str, hit_rate: float) -> None:
    folder = Runs(home).folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    models = [
        {"name": "popularity", "kind": "baseline", "metrics": {"hr@1": 0.5}},
        {"name": "blend", "kind": "network", "metrics": {"hr@1": hit_rate}},
        {"name": "gru", "kind": "network", "metrics": {"hr@1": 0.3}},
    ]
    (folder / "evaluation.json").write_text(json.dumps({"models": models}))


def test_test_metrics_are_those_of_the_served_model_and_follow_the_file(home: Home) -> None:
    run = Runs(home).create("train", "demo", {"epochs": 3})
    assert metrics_of(home, run) == {}
    evaluate(home, run, 0.1)
    assert metrics_of(home, run) == {"hr@1": 0.1}
    evaluate(home, run, 0.2)
    assert metrics_of(home, run) == {"hr@1": 0.2}
