"""The whole record of a run in one file, to keep or to hand on."""

import csv
import io
import json
import secrets
import zipfile
from pathlib import Path

from dashboard.jobs.runs_table import Runs

# State of an unfinished training: large, and of no use outside this home.
_LEFT_OUT = "checkpoint"


def archive(runs: Runs, run: str, out: Path) -> Path:
    """Write the record, the figures and the files of a run as a ZIP file.

    It holds ``run.json`` (everything that the table knows), ``metrics.csv`` (every figure) and
    the run's own files: configuration, history, model, evaluation and log.

    Parameters
    ----------
    out : Path
        The file to write; it is there whole or not at all.

    Raises
    ------
    BadInput
        When there is no such run.
    """
    record = runs.get(run).as_dict() | {"history": runs.metrics.history(run)}
    folder = runs.folder(run)
    unfinished = out.with_name(f".{out.name}-{secrets.token_hex(4)}")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(f"{run}/run.json", json.dumps(record, indent=1))
            _write_metrics(runs, run, file)
            for path in sorted(folder.rglob("*")):
                inside = path.relative_to(folder)
                if path.is_file() and inside.parts[0] != _LEFT_OUT:
                    file.write(path, f"{run}/{inside.as_posix()}")
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    return out


def _write_metrics(runs: Runs, run: str, file: zipfile.ZipFile) -> None:
    """Write the figures piece by piece: a long run has more than fits in memory at ease."""
    columns = ("seq", "time", "epoch", "step", "name", "value")
    with file.open(f"{run}/metrics.csv", "w") as raw:
        stream = io.TextIOWrapper(raw, "utf-8", newline="")
        rows = csv.writer(stream)
        rows.writerow(columns)
        for block in runs.metrics.blocks(run):
            rows.writerows([getattr(metric, column) for column in columns] for metric in block)
        stream.flush()
