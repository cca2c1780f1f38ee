"""Trainings in MLflow: parameters, curve, test figures and bundle of a run on a tracking server.

A run is found again by two tags, its name and when it was created, so that it is one run of MLflow
however often it is logged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dashboard import formats
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle, open_run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State, in_words
from dashboard.services.recommendations import exports
from dashboard.services.runs.mlflow_server import (
    failures_in_words,
    first_request,
    tracking_client,
)
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from model.run_files import EVALUATION

if TYPE_CHECKING:
    from mlflow.entities import Run as MlflowRun
    from mlflow.tracking import MlflowClient

BUNDLE = "bundle"
"""Folder of the artifacts that holds the exported model."""
NETWORK = "network"
_RUN, _CREATED = "vitrina.run", "vitrina.created"
_METRICS, _PARAMETERS = 1_000, 100
"""How many one request takes."""
_STATES = {State.FINISHED: "FINISHED", State.STOPPED: "KILLED"}


@dataclass(frozen=True)
class LoggedRun:
    """A run that was logged.

    Attributes
    ----------
    run : str
    experiment : str
        Name of the experiment.
    mlflow_run : str
        Id of the run of MLflow.
    was_there : bool
        Whether it had been logged before, and was brought up to date.
    """

    run: str
    experiment: str
    mlflow_run: str
    was_there: bool


def log_run(home: Home, name: str, address: str, experiment: str = "") -> LoggedRun:
    """Log a training that has ended, or bring it up to date where it was logged before.

    It is for commands: it sets variables of the environment of this process, by which MLflow is
    told not to report on its use and not to try for minutes.

    Parameters
    ----------
    name : str
        The training.
    address : str
        Of the tracking server, as MLflow takes it; it may hold a password.
    experiment : str, optional
        Name of the experiment; by default ``vitrina/`` and the dataset.

    Raises
    ------
    BadInput
        Where there is no such run, it has no model or has not ended, the address is empty or no
        address, MLflow is not installed, or the run was logged with other parameters.
    VitrinaError
        Where the server does not answer or refuses.
    """
    handle = _finished(home, name)
    experiment = experiment or f"vitrina/{handle.run.dataset}"
    with failures_in_words(address):
        log = _Log(tracking_client(address), handle)
        mlflow_run, was_there = log.find_or_create(experiment)
    with TemporaryDirectory() as folder:
        bundle = Path(folder) / BUNDLE
        exports.export(home, name, bundle)
        with failures_in_words(address):
            log.write(mlflow_run)
            log.upload(mlflow_run, bundle)
            log.end(mlflow_run)
    return LoggedRun(name, experiment, mlflow_run.info.run_id, was_there)


def _finished(home: Home, name: str) -> RunHandle:
    handle = open_run(home, name)
    if handle.run.kind != TRAINING:
        raise BadInput(_("{run} is no training; name one: `vitrina runs`.").format(run=name))
    if not handle.run.ended:
        raise BadInput(
            _("Run {run} is {state}; log it when it has ended.").format(
                run=name, state=in_words(handle.run.state)
            )
        )
    handle.require_model()
    return handle


class _Log:
    """One training on a tracking server.

    Parameters
    ----------
    client : MlflowClient
    handle : RunHandle
    """

    def __init__(self, client: "MlflowClient", handle: RunHandle) -> None:
        self._client = client
        self._handle = handle
        self._run: Run = handle.run

    def find_or_create(self, experiment: str) -> "tuple[MlflowRun, bool]":
        """Return the run of MLflow of this training, and whether it existed before."""
        with first_request():
            existing = self._client.get_experiment_by_name(experiment)
        number = existing.experiment_id if existing else self._client.create_experiment(experiment)
        tags = {_RUN: self._run.run, _CREATED: _iso(self._run.created)}
        conditions = " and ".join(f"tags.`{key}` = '{value}'" for key, value in tags.items())
        runs = self._client.search_runs([number], conditions, max_results=1)
        if runs:
            self._check_parameters(runs[0])
            return runs[0], True
        start = _milliseconds(self._run.started or self._run.created)
        return self._client.create_run(number, start, tags, self._run.label or self._run.run), False

    def _check_parameters(self, mlflow_run: "MlflowRun") -> None:
        """Raise BadInput where the run was logged with other parameters, which MLflow keeps."""
        logged = mlflow_run.data.params
        own = parameters(self._run)
        changed = [key for key in logged.keys() & own.keys() if logged[key] != own[key]]
        if changed:
            raise BadInput(
                _(
                    "Run {run} is in MLflow as {id} with another value of {keys}, and MLflow"
                    " changes no parameter: delete it there and log it again."
                ).format(
                    run=self._run.run, id=mlflow_run.info.run_id, keys=", ".join(sorted(changed))
                )
            )

    def write(self, mlflow_run: "MlflowRun") -> None:
        """Log parameters, tags, the metrics of every epoch and the test figures."""
        from mlflow.entities import Metric, Param, RunTag

        number = mlflow_run.info.run_id
        own = [Param(key, value) for key, value in parameters(self._run).items()]
        for block in _blocks(own, _PARAMETERS):
            self._client.log_batch(number, params=block)
        labels = [RunTag(key, value) for key, value in tags(self._handle).items()]
        self._client.log_batch(number, tags=labels)
        points = [Metric(*point) for point in (*self._epochs(), *self._test_figures())]
        for block in _blocks(points, _METRICS):
            self._client.log_batch(number, metrics=block)

    def _epochs(self) -> Iterator[tuple[str, float, int, int]]:
        """Yield name, value, time and epoch of each metric of a whole epoch."""
        for block in Runs(self._handle.home).metrics.blocks(self._run.run):
            for row in block:
                if row.step is None and row.epoch > 0 and row.value is not None:
                    yield metric_key(row.name), row.value, _milliseconds(row.time), row.epoch

    def _test_figures(self) -> Iterator[tuple[str, float, int, int]]:
        """Yield the test figures, at the time of the evaluation: a later one takes their place."""
        figures = test_figures(self._handle.evaluation)
        if figures:
            changed = (self._handle.folder / EVALUATION).stat().st_mtime
            for key, value in figures.items():
                yield key, value, _milliseconds(changed), 0

    def upload(self, mlflow_run: "MlflowRun", bundle: Path) -> None:
        """Store the files of the bundle as artifacts."""
        self._client.log_artifacts(mlflow_run.info.run_id, str(bundle), BUNDLE)

    def end(self, mlflow_run: "MlflowRun") -> None:
        """Set the run to the state and the end of the training; until now it was running."""
        state = _STATES.get(self._run.state, "FAILED")
        end = _milliseconds(self._run.finished) if self._run.finished else None
        self._client.set_terminated(mlflow_run.info.run_id, state, end)


def parameters(run: Run) -> dict[str, str]:
    """Return every setting of a training by its flat key, as text.

    Lists are joined by commas, as the command line takes them; a setting without a value is empty.
    """
    return {key: _text(value) for key, value in run.config.items()}


def tags(handle: RunHandle) -> dict[str, str]:
    """Return the tags of a training: dataset, versions, served model, label and note."""
    run, record = handle.run, handle.record
    known = {
        _RUN: run.run,
        _CREATED: _iso(run.created),
        "vitrina.dataset": run.dataset,
        "vitrina.dataset_version": handle.dataset_version,
        "vitrina.preset": run.preset,
        "vitrina.serves": _part(handle.served_model),
        "vitrina.tags": ", ".join(run.tags),
        "vitrina.python": record.get("python"),
        **{f"vitrina.version.{name}": of for name, of in record.get("packages", {}).items()},
        "mlflow.runName": run.label or run.run,
        "mlflow.note.content": run.note,
        "mlflow.source.name": "vitrina",
    }
    return {key: str(value) for key, value in known.items() if value}


def test_figures(evaluation: Mapping[str, Any]) -> dict[str, float]:
    """Return the test figures of the network and of the blend, apart, with their intervals.

    Examples
    --------
    >>> served = {"name": "blend", "kind": "network", "metrics": {"ndcg@10": 0.3}, "ci95": {}}
    >>> alone = {"name": "gru", "kind": "network", "metrics": {"ndcg@10": 0.2}, "ci95": {}}
    >>> test_figures({"targets": 90, "models": [served, alone]})
    {'test/targets': 90.0, 'test/blend/ndcg_at_10': 0.3, 'test/network/ndcg_at_10': 0.2}
    """
    figures: dict[str, float | None] = {"test/targets": evaluation.get("targets")}
    for model in evaluation.get("models", ()):
        if model["kind"] != "network":
            continue
        part = f"test/{_part(model)}"
        figures |= {f"{part}/{metric_key(key)}": value for key, value in model["metrics"].items()}
        for key, ends in model.get("ci95", {}).items():
            for end, value in zip(("low", "high"), ends or (None, None), strict=True):
                figures[f"{part}/{metric_key(key)}/{end}"] = value
    return {key: float(value) for key, value in figures.items() if value is not None}


def metric_key(name: str) -> str:
    """Return the name of a metric as MLflow takes it, which allows no @.

    Examples
    --------
    >>> metric_key("val_ndcg@10")
    'val_ndcg_at_10'
    """
    return name.replace("@", "_at_")


def _part(model: Mapping[str, Any]) -> str:
    """Return whether a model of an evaluation is the blend or the network; empty of none."""
    if not model:
        return ""
    return formats.BLEND if model["name"] == formats.BLEND else NETWORK


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _blocks(entries: list[Any], size: int) -> Iterator[list[Any]]:
    for begin in range(0, len(entries), size):
        yield entries[begin : begin + size]


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
