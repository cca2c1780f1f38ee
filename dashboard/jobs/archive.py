"""A run as one ZIP file: its row, its metrics and its files."""

import csv
import io
import json
import zipfile
from pathlib import Path

from dashboard.jobs.runs_table import Runs
from data.files import atomic_write

# The state of a training that has not finished is large and only of use in this home.
_EXCLUDED = "checkpoint"


def archive(runs: Runs, run: str, out: Path) -> Path:
    """Write a run to a ZIP file and return its path.

    The file holds ``run.json`` (the row of the table of runs and the metrics of each epoch),
    ``metrics.csv`` (every reported metric) and the run's folder without checkpoints:
    configuration, history, model, evaluation and log.

    Parameters
    ----------
    runs : Runs
    run : str
        Name of the run.
    out : Path
        The ZIP file; it is written atomically and replaces an older one.

    Raises
    ------
    BadInput
        When there is no such run.
    """
    record = runs.get(run).as_dict() | {"history": runs.metrics.history(run)}
    folder = runs.folder(run)
    with (
        atomic_write(out) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as file,
    ):
        file.writestr(f"{run}/run.json", json.dumps(record, indent=1))
        _write_metrics(runs, run, file)
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and inside.parts[0] != _EXCLUDED:
                file.write(path, f"{run}/{inside.as_posix()}")
    return out


def _write_metrics(runs: Runs, run: str, file: zipfile.ZipFile) -> None:
    """Write the metrics in blocks, since those of a long run are many."""
    columns = ("seq", "time", "epoch", "step", "name", "value")
    with file.open(f"{run}/metrics.csv", "w") as raw:
        stream = io.TextIOWrapper(raw, "utf-8", newline="")
        rows = csv.writer(stream)
        rows.writerow(columns)
        for block in runs.metrics.blocks(run):
            rows.writerows([getattr(metric, column) for column in columns] for metric in block)
        stream.flush()
