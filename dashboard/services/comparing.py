"""Several runs side by side: what differs, what each reached, and whether that can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.figures.progress_axis import Learning
from dashboard.jobs.run import Run
from dashboard.services import watch
from data.errors import BadInput
from data.home import Home
from data.text import _
from model.config import NESTED, RunConfig

MOST = 6


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
    """

    runs: tuple[Run, ...]
    learned: dict[str, Learning]
    networks: dict[str, Mapping[str, Any]]

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
    runs = tuple(watch.table(home).get(name) for name in names)
    networks = {
        run.run: network for run in runs if (network := _network(home, run.run)) is not None
    }
    return Comparison(runs, {run.run: watch.learning(home, run) for run in runs}, networks)


def _network(home: Home, run: str) -> Mapping[str, Any] | None:
    models = watch.evaluation(home, run).get("models", ())
    return next((model for model in models if model["kind"] == "network"), None)
