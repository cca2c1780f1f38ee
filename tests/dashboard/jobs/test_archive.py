"""A run is archived as one ZIP file."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from dashboard.jobs import metric_reader
from dashboard.jobs.archive import archive
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from data.errors import BadInput


def test_an_archive_holds_row_metrics_and_files(
    runs: Runs, training: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metric_reader, "BLOCK", 2)
    points = [Point(1, step, "loss", 1 / step, 0.0) for step in (1, 2, 3)]
    runs.metric_writer.append("demo-1", 1, [*points, Point(1, None, "val_loss", 0.5, 0.0)])
    folder = runs.folder("demo-1")
    (folder / "checkpoint").mkdir(parents=True)
    (folder / "checkpoint" / "state.npz").write_bytes(b"large")
    (folder / "log.txt").write_text("begun")
    with zipfile.ZipFile(archive(runs, "demo-1", tmp_path / "demo-1.zip")) as file:
        assert set(file.namelist()) == {
            f"demo-1/{name}" for name in ("run.json", "metrics.csv", "log.txt")
        }
        record = json.loads(file.read("demo-1/run.json"))
        rows = list(csv.DictReader(io.StringIO(file.read("demo-1/metrics.csv").decode())))
    assert (record["run"], record["history"]) == ("demo-1", [{"epoch": 1, "val_loss": 0.5}])
    assert [(row["step"], row["name"]) for row in rows] == [
        ("1", "loss"),
        ("2", "loss"),
        ("3", "loss"),
        ("", "val_loss"),
    ]


def test_an_unknown_run_is_refused_and_nothing_is_written(runs: Runs, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        archive(runs, "demo-9", tmp_path / "demo-9.zip")
    assert not list(tmp_path.glob("*.zip*"))
