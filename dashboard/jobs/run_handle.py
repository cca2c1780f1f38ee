"""One owner of everything that belongs to a training: row, configuration, folder and model.

Services open a run once and pass the handle on::

    handle = open_run(home, "demo-3")
    handle.config.protocol        # the parsed configuration
    handle.best                   # metrics of the best epoch
    handle.evaluation             # evaluation.json, {} before there is one
    handle.predictor.recommend(history)

What is read from files is cached here, for the whole process, until a file changes; callers keep no
cache of their own and never spell a file name. A service that derives something else from the files
of a run uses ``data.file_cache.FileCache`` with a name from ``model.run_files``.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import in_words
from data.errors import BadInput
from data.file_cache import FileCache
from data.home import Home
from data.i18n import _
from model.config.run_config import RunConfig
from model.run_files import BLEND, EVALUATION, MODEL, PRODUCTS, RECORD, TARGETS, VOCABULARY

if TYPE_CHECKING:
    from model.evaluation.predictions import StoredPredictions
    from model.serving.predictor import Predictor

_FILES, _PREDICTORS, _PREDICTIONS = 256, 4, 4


@dataclass(frozen=True)
class RunHandle:
    """A training with all that belongs to it.

    Attributes
    ----------
    home : Home
        Where the run is.
    run : Run
        Its row at the moment when it was opened; what the row holds does not change with time,
        what is read from files does.
    """

    home: Home
    run: Run

    @property
    def name(self) -> str:
        """The run's name, such as ``demo-3``."""
        return self.run.run

    @property
    def folder(self) -> Path:
        """The folder of the run's files; absent before its first start."""
        return self.home.runs / self.run.run

    @cached_property
    def config(self) -> RunConfig:
        """The configuration.

        Raises
        ------
        BadInput
            When this version cannot read it.
        """
        return RunConfig.from_dict(self.run.config)

    @property
    def best(self) -> Mapping[str, Any]:
        """Metrics of the epoch with the best monitored figure; empty before there is one."""
        return self.run.best

    @property
    def record(self) -> Mapping[str, Any]:
        """``record.json``: seed, dataset version, package versions; empty before the first start.

        It is written before the first epoch, and again whenever the training resumes.
        """
        return _json(self.folder / RECORD)

    @property
    def held_out(self) -> dict[str, datetime]:
        """When validation and test begin; empty under a protocol that does not split by time.

        Known from the first epoch on, whether or not the run was ever evaluated.
        """
        starts: Mapping[str, str] = self.record.get("held_out") or {}
        return {part: datetime.fromisoformat(start) for part, start in starts.items()}

    @property
    def dataset_version(self) -> str | None:
        """Hash of the data that the run was trained on; None before its first start."""
        version = self.record.get("dataset", {}).get("version")
        return None if version is None else str(version)

    @property
    def has_model(self) -> bool:
        """Whether there is a model that can predict; a stopped run has that of its best epoch."""
        return (self.folder / MODEL).exists()

    def require_model(self) -> None:
        """Raise BadInput where there is no model."""
        if not self.has_model:
            raise BadInput(
                _("Run {run} has no model yet (it is {state}); choose a finished one.").format(
                    run=self.name, state=in_words(self.run.state)
                )
            )

    @property
    def evaluation(self) -> Mapping[str, Any]:
        """``evaluation.json``: test metrics of the model and the baselines; empty without one."""
        return _json(self.folder / EVALUATION)

    @property
    def served_model(self) -> Mapping[str, Any]:
        """The entry of the evaluation for the model that the run serves; empty without one.

        A run with a blend has two of kind ``network``; the blend, which it serves, stands first.
        """
        models: Iterable[Mapping[str, Any]] = self.evaluation.get("models", ())
        return next((model for model in models if model["kind"] == "network"), {})

    @property
    def test_metrics(self) -> Mapping[str, Any]:
        """Test metrics of the model that the run serves; empty without an evaluation."""
        metrics: Mapping[str, Any] = self.served_model.get("metrics", {})
        return metrics

    @property
    def outcomes(self) -> "StoredPredictions":
        """The predictions for each test target that the evaluation stored, read on first use."""
        return _OUTCOMES.get(self.folder)

    @property
    def predictor(self) -> "Predictor":
        """The model, loaded.

        Raises
        ------
        BadInput
            Where there is no model.
        """
        self.require_model()
        return _MODELS.get(self.folder)


def open_run(home: Home, run: str) -> RunHandle:
    """Return the handle of a run.

    Raises
    ------
    BadInput
        When there is no run of this name.
    """
    return RunHandle(home, Runs(home).get(run))


def runs_with_model(home: Home) -> list[RunHandle]:
    """Return the trainings that have a model, newest first."""
    handles = [RunHandle(home, run) for run in Runs(home).list(kind=TRAINING)]
    return [handle for handle in handles if handle.has_model]


def _json(file: Path) -> Mapping[str, Any]:
    """Return the object in a JSON file; empty where there is no such file."""
    try:
        return _OBJECTS.get(file)
    except (FileNotFoundError, NotADirectoryError):
        return {}


def _read_json(file: Path) -> Mapping[str, Any]:
    value: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return value


# pandas and onnxruntime are imported only when a model or its predictions are asked for.


def _read_predictions(folder: Path) -> "StoredPredictions":
    from model.evaluation.predictions import StoredPredictions
    from model.run_folder import RunFolder

    return StoredPredictions(RunFolder(folder))


def _load_predictor(folder: Path) -> "Predictor":
    from model.serving.predictor import Predictor

    return Predictor(folder)


_OBJECTS = FileCache(_read_json, size=_FILES)
_OUTCOMES = FileCache(_read_predictions, TARGETS, PRODUCTS, size=_PREDICTIONS)
_MODELS = FileCache(_load_predictor, MODEL, BLEND, VOCABULARY, size=_PREDICTORS)
