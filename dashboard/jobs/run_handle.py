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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.staged_folders import fetch_run
from dashboard.jobs.states import in_words
from data.checksums import is_there, verified
from data.datasets.store import Store
from data.errors import BadInput, Damaged, damaged_unless_read
from data.file_cache import FileCache
from data.files import read_json
from data.home import Home
from data.i18n import _
from model.config.run_config import RunConfig
from model.run_files import BLEND, DRIFT, EVALUATION, MODEL, PRODUCTS, RECORD, TARGETS, VOCABULARY

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

    def fetch(self) -> Path:
        """Bring its files into the home, where they are in a store, and return its folder.

        Raises
        ------
        StoreError
            When the store cannot be read.
        """
        return fetch_run(self.home, self.name)

    @cached_property
    def config(self) -> RunConfig:
        """The configuration.

        Raises
        ------
        BadInput
            When this version cannot read it.
        """
        with damaged_unless_read(
            _("The configuration of run {run} is damaged; delete the run.").format(run=self.name)
        ):
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
        return self._json(RECORD, _RECORDS, _("train it again"))

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
        return is_there(self.folder / MODEL)

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
        """``evaluation.json``: test metrics of the model and the baselines; empty without one.

        Raises
        ------
        Damaged
            Where it cannot be used; ``problem`` says so without an exception.
        """
        remedy = _("evaluate it again: `vitrina evaluate {run}`").format(run=self.name)
        return self._json(EVALUATION, _EVALUATIONS, remedy)

    @property
    def drift(self) -> Mapping[str, Any]:
        """``drift.json``: how the model does on what came later; empty before it was checked.

        Raises
        ------
        Damaged
            Where it cannot be used.
        """
        remedy = _("check the model again: `vitrina model check {dataset}`").format(
            dataset=self.run.dataset
        )
        return self._json(DRIFT, _DRIFTS, remedy)

    @property
    def is_evaluated(self) -> bool:
        """Whether there is an evaluation, damaged or not."""
        return is_there(self.folder / EVALUATION)

    @property
    def problem(self) -> str:
        """One sentence on an evaluation that is damaged; empty where there is none or it is fine.

        Lists of runs show it in the place of the metrics, so that one bad file hides no other run.
        """
        try:
            _evaluation = self.evaluation
        except Damaged as error:
            return str(error)
        return ""

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
        return _OUTCOMES.get(self.fetch())

    @property
    def predictor(self) -> "Predictor":
        """The model, loaded.

        Raises
        ------
        BadInput
            Where there is no model.
        Damaged
            Where one of its files is damaged.
        """
        self.require_model()
        sentence = _("The model of run {run} is damaged; train it again, or choose another run.")
        with damaged_unless_read(sentence.format(run=self.name)):
            return _MODELS.get(self.fetch())

    def _json(
        self, name: str, cache: "FileCache[Mapping[str, Any]]", remedy: str
    ) -> Mapping[str, Any]:
        """Return the object in a JSON file of the run; empty where there is no such file."""
        sentence = _("{file} of run {run} is damaged; {remedy}.")
        with damaged_unless_read(sentence.format(file=name, run=self.name, remedy=remedy)):
            try:
                return cache.get(self.folder / name)
            except (FileNotFoundError, NotADirectoryError):
                return {}


def open_run(home: Home, run: str) -> RunHandle:
    """Return the handle of a run.

    Raises
    ------
    BadInput
        When there is no run of this name.
    StoreError
        When a store that has news of runs cannot be read.
    """
    return handles(home, [Runs(home).get(run)])[0]


def handles(home: Home, runs: Iterable[Run]) -> list[RunHandle]:
    """Return the handles of runs.

    Raises
    ------
    StoreError
        When a store that has news of runs cannot be read.
    """
    Store(home).refresh()
    return [RunHandle(home, run) for run in runs]


def run_folder(home: Home, run: str) -> Path:
    """Return the folder of a run, with its small files as they are in the store, if there is one.

    Raises
    ------
    BadInput
        When no run can be called so.
    StoreError
        When a store that has news of runs cannot be read.
    """
    Store(home).refresh()
    return Runs(home).folder(run)


def runs_with_model(home: Home) -> list[RunHandle]:
    """Return the trainings that have a model, newest first."""
    trainings = handles(home, Runs(home).list(kind=TRAINING))
    return [handle for handle in trainings if handle.has_model]


def _read_object(file: Path) -> Mapping[str, Any]:
    value: Mapping[str, Any] = read_json(verified(file))
    if not isinstance(value, dict):
        raise TypeError(file.name)
    return value


def _read_record(file: Path) -> Mapping[str, Any]:
    """Read a record; raise an error of any kind where the dates or the dataset in it are none."""
    value = _read_object(file)
    held_out = (value.get("held_out") or {}).values()
    if not all(datetime.fromisoformat(start).tzinfo for start in held_out):
        raise ValueError(file.name)
    value.get("dataset", {}).get("version")
    return value


def _read_evaluation(file: Path) -> Mapping[str, Any]:
    """Read an evaluation; raise an error of any kind where pages could not draw it."""
    value = _read_object(file)
    numbers = [value.get("targets"), value.get("cold_targets"), value.get("sets")]
    texts = [value.get("protocol", "")]
    for model in value.get("models", ()):
        texts += [model["name"], model["kind"]]
        for low, high in filter(None, model.get("ci95", {}).values()):
            numbers += [low, high]
        segments = model.get("segments", {}).values()
        parts = [part for kind in segments for part in kind.values()]
        averages = [model.get("per_event", {}), model.get("per_buyer", {})]
        for metrics in (model["metrics"], *averages, *parts):
            numbers += list(metrics.values())
    if not all(isinstance(number, float | int | None) for number in numbers):
        raise TypeError(file.name)
    "".join(texts)
    return value


def _read_drift(file: Path) -> Mapping[str, Any]:
    """Read an assessment of drift; raise an error of any kind where pages could not draw it."""
    value = _read_object(file)
    texts = [value["run"], value["protocol"]]
    numbers = list(value["change"].values())
    datetime.fromisoformat(value["trained_until"])
    for period in (value["before"], value["since"], *value["weeks"]):
        datetime.fromisoformat(period["from"])
        numbers += [period[name] for name in _DRIFT_NUMBERS]
        for model in period["models"]:
            texts.append(model["name"])
            numbers += list(model["metrics"].values())
            for ends in (*model["ci95"].values(), *model["behind95"].values()):
                low, high = ends
                numbers += [low, high]
    if not all(isinstance(number, float | int | None) for number in numbers):
        raise TypeError(file.name)
    "".join(texts)
    return value


# pandas and onnxruntime are imported only when a model or its predictions are asked for.


def _read_predictions(folder: Path) -> "StoredPredictions":
    from model.evaluation.predictions import StoredPredictions
    from model.run_folder import RunFolder

    return StoredPredictions(RunFolder(folder))


def _load_predictor(folder: Path) -> "Predictor":
    from model.serving.predictor import Predictor

    predictor = Predictor(folder)
    predictor.check()
    return predictor


_DRIFT_NUMBERS = (
    *("targets", "buyers", "unknown_products", "unknown_buyers", "new_products"),
    *("median_price", "category_distance"),
)
_DRIFTS = FileCache(_read_drift, size=_FILES)
_RECORDS = FileCache(_read_record, size=_FILES)
_EVALUATIONS = FileCache(_read_evaluation, size=_FILES)
_OUTCOMES = FileCache(_read_predictions, TARGETS, PRODUCTS, size=_PREDICTIONS)
_MODELS = FileCache(_load_predictor, MODEL, BLEND, VOCABULARY, size=_PREDICTORS)
