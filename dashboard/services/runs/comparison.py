"""Several runs side by side: what differs, what each reached, and whether that can be compared."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.figures.progress_axis import Learning
from dashboard.jobs.run import Run
from dashboard.services.runs import monitor
from dashboard.services.runs.evaluation import evaluation, served_model
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from model.config.run_config import NESTED, RunConfig
from model.evaluation import paired_bootstrap as ranks
from model.run_files import TARGETS
from model.run_folder import RunFolder

MOST = 6


@dataclass(frozen=True)
class Apart:
    """How far a run is from another one, on the same targets of the same buyers."""

    targets: int
    buyers: int
    figures: Mapping[str, ranks.Difference]


@dataclass(frozen=True)
class Comparison:
    """Runs side by side, in the order in which they were asked for.

    Attributes
    ----------
    runs : tuple of Run
        The runs.
    learned : dict
        What each has reported, by name.
    networks : dict
        The evaluated network of each run that has one: ``metrics`` and ``ci95``.
    versions : tuple of str or None
        Which state of its dataset each run was trained on, where that is known.
    """

    runs: tuple[Run, ...]
    learned: dict[str, Learning]
    networks: dict[str, Mapping[str, Any]]
    versions: tuple[str | None, ...] = ()

    @property
    def differences(self) -> list[tuple[str, list[Any]]]:
        """Return the settings that are not the same in all runs, with the value of each run."""
        defaults = RunConfig().as_dict()
        configs = [defaults | run.config for run in self.runs]
        rows = [(key, [config.get(key) for config in configs]) for key in defaults]
        return [(key, values) for key, values in rows if any(v != values[0] for v in values)]

    @property
    def comparable(self) -> bool:
        """Whether a higher figure of one run means that it is better than another."""
        return not self.warnings

    @property
    def warnings(self) -> list[str]:
        """Say why figures of these runs may not be comparable."""
        found = []
        if len({run.dataset for run in self.runs}) > 1:
            found.append(
                _("The runs were trained on different datasets: their figures cannot be compared.")
            )
        elif len({version for version in self.versions if version}) > 1:
            found.append(
                _("The dataset was imported anew between these runs: their figures may differ.")
            )
        differing = [key for key, _values in self.differences]
        if any(key.startswith(f"{NESTED}.") for key in differing):
            found.append(
                _("The preparations differ, so the runs were judged on different targets.")
            )
        if "protocol" in differing:
            found.append(_("The protocols differ: each holds out other targets."))
        return found


def compare(home: Home, names: Sequence[str]) -> Comparison:
    """Return runs side by side.

    Raises
    ------
    BadInput
        Where a run is unknown, or there are more than six.
    """
    names = list(dict.fromkeys(names))
    if len(names) > MOST:
        raise BadInput(
            _("{n} runs are too many to compare; choose up to {most}.").format(
                n=len(names), most=MOST
            )
        )
    runs = tuple(monitor.table(home).get(name) for name in names)
    networks = {
        run.run: network
        for run in runs
        if (network := served_model(evaluation(home, run.run))) is not None
    }
    learned = {run.run: monitor.learning(home, run) for run in runs}
    return Comparison(runs, learned, networks, tuple(_version(home, run.run) for run in runs))


def paired(home: Home, comparison: Comparison) -> dict[str, Apart]:
    """Return by how much each later run is better than the first one, by run and figure.

    Runs that were judged on other targets than the first one are left out, and so are those whose
    ranks were not kept.
    """
    if not comparison.comparable:
        return {}
    first, *others = (monitor.table(home).folder(run.run) for run in comparison.runs)
    found = {other.name: _apart(other, _changed(other), first, _changed(first)) for other in others}
    return {run: apart for run, apart in found.items() if apart is not None}


@lru_cache(maxsize=64)
def _apart(run: Path, _run_changed: int, first: Path, _first_changed: int) -> Apart | None:
    ours, theirs = (ranks.read_ranks(RunFolder(folder)) for folder in (run, first))
    if ours is None or theirs is None or not ours.same_targets(theirs):
        return None
    buyers = len(set(ours.user.tolist()))
    return Apart(len(ours.rank), buyers, ranks.paired_differences(ours, theirs))


def _changed(folder: Path) -> int:
    try:
        return (folder / TARGETS).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _version(home: Home, run: str) -> str | None:
    file = monitor.table(home).folder(run) / "record.json"
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["dataset"]["version"])
    except (OSError, ValueError, KeyError):  # it has not begun, or is older than its record
        return None
