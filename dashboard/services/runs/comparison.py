"""Compare runs: the settings that differ, metrics, and whether these are comparable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle, open_run
from dashboard.jobs.staged_folders import fetch_run
from dashboard.services.runs import monitor
from dashboard.training_metrics import TrainingMetrics
from data.errors import BadInput, Damaged
from data.file_cache import Stamp, stamp
from data.home import Home
from data.i18n import _
from model.config.run_config import NESTED, RunConfig
from model.evaluation import paired_bootstrap as ranks
from model.run_files import TARGETS
from model.run_folder import RunFolder

MAX_RUNS = 6


@dataclass(frozen=True)
class PairedDifferences:
    """The differences between two runs in test metrics, on the same targets of the same buyers."""

    targets: int
    buyers: int
    metrics: Mapping[str, ranks.Difference]


@dataclass(frozen=True)
class Comparison:
    """Runs to compare, in the order in which they were named.

    Attributes
    ----------
    runs : tuple of Run
        The runs.
    metrics : dict
        The metrics of each training, by run.
    evaluations : dict
        The evaluation of the model that each run serves, by run: ``metrics`` and ``ci95``.
    versions : tuple of str or None
        The version of the dataset that each run was trained on, where it is known.
    problems : tuple of str
        One sentence on each run that is left out, and on each evaluation that is damaged.
    """

    runs: tuple[Run, ...]
    metrics: dict[str, TrainingMetrics]
    evaluations: dict[str, Mapping[str, Any]]
    versions: tuple[str | None, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def differences(self) -> list[tuple[str, list[Any]]]:
        """Return the settings that are not the same in all runs, with the value of each run."""
        defaults = RunConfig().as_dict()
        configs = [defaults | run.config for run in self.runs]
        rows = [(key, [config.get(key) for config in configs]) for key in defaults]
        return [(key, values) for key, values in rows if any(v != values[0] for v in values)]

    @property
    def comparable(self) -> bool:
        """Whether the metrics of the runs are comparable."""
        return not self.warnings

    @property
    def warnings(self) -> list[str]:
        """Sentences on why the metrics of these runs may not be comparable."""
        sentences = []
        if len({run.dataset for run in self.runs}) > 1:
            sentences.append(
                _("The runs were trained on different datasets: their figures cannot be compared.")
            )
        elif len({version for version in self.versions if version}) > 1:
            sentences.append(
                _("The dataset was imported anew between these runs: their figures may differ.")
            )
        differing = [key for key, _values in self.differences]
        if any(key.startswith(f"{NESTED}.") for key in differing):
            sentences.append(
                _("The preparations differ, so the runs were evaluated on different targets.")
            )
        if "protocol" in differing:
            sentences.append(_("The protocols differ: each of them holds out different targets."))
        elif "horizon_days" in differing and self.runs[0].protocol == "horizon":
            sentences.append(_("The horizons differ: each of them holds out different targets."))
        return sentences


def compare(home: Home, names: Sequence[str]) -> Comparison:
    """Return the comparison of some runs; what is no training is left out, with a sentence.

    Raises
    ------
    BadInput
        Where a run is unknown, or there are more than six.
    """
    names = list(dict.fromkeys(names))
    if len(names) > MAX_RUNS:
        raise BadInput(
            _("{n} runs are too many to compare; choose up to {most}.").format(
                n=len(names), most=MAX_RUNS
            )
        )
    opened = [open_run(home, name) for name in names]
    handles = [handle for handle in opened if handle.run.kind == TRAINING]
    others = [handle.name for handle in opened if handle.run.kind != TRAINING]
    sentence = _("{run} is no training, and is left out: trainings alone are compared.")
    return Comparison(
        runs=tuple(handle.run for handle in handles),
        metrics={handle.name: monitor.metrics(home, handle.run) for handle in handles},
        evaluations={
            handle.name: handle.served_model
            for handle in handles
            if not handle.problem and handle.evaluation
        },
        versions=tuple(_version(handle) for handle in handles),
        problems=(
            *(sentence.format(run=run) for run in others),
            *(handle.problem for handle in handles if handle.problem),
        ),
    )


def paired(home: Home, comparison: Comparison) -> dict[str, PairedDifferences]:
    """Return the paired differences of each later run from the first one, by run.

    Runs that were evaluated on other targets than the first one are left out, and so are those
    whose ranks were not stored.
    """
    if not comparison.runs or not comparison.comparable:
        return {}
    first, *others = (fetch_run(home, run.run) for run in comparison.runs)
    changed = stamp(first / TARGETS)
    pairs = {other.name: _paired(other, stamp(other / TARGETS), first, changed) for other in others}
    return {run: pair for run, pair in pairs.items() if pair is not None}


@lru_cache(maxsize=64)
def _paired(
    run: Path, _run_changed: Stamp, first: Path, _first_changed: Stamp
) -> PairedDifferences | None:
    try:
        ours, theirs = (ranks.read_ranks(RunFolder(folder)) for folder in (run, first))
    except Damaged:
        return None
    if ours is None or theirs is None or not ours.same_targets(theirs):
        return None
    buyers = len(set(ours.user.tolist()))
    return PairedDifferences(len(ours.rank), buyers, ranks.paired_differences(ours, theirs))


def _version(handle: RunHandle) -> str | None:
    try:
        return handle.dataset_version
    except Damaged:
        return None
