"""Voices: whom one can ask about a buyer beside a run: other runs, its network, baselines."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dashboard.figures.model_ranking import model_name
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.runs_table import Runs
from dashboard.services.recommendations.predictors import predictor
from dashboard.services.runs.evaluation import has_model
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from model.baselines import BASELINES
from model.baselines.base import Recommender
from model.baselines.tuning import fit
from model.blend.blend import Blend
from model.run_folder import RunFolder
from model.sequences.split_data import split_dataset
from model.serving.onnx_model import load_recommenders
from model.serving.predictor import Predictor

NETWORK, RUN, BASELINE = "network", "run:", "baseline:"
KEPT_VOICES = 4


@dataclass(frozen=True)
class Voice:
    """Somebody to ask.

    Attributes
    ----------
    name : str
        What people call it.
    model : Predictor
    probable : bool
        Whether what it says are probabilities.
    """

    name: str
    model: Predictor
    probable: bool


def choices(home: Home, run: str) -> list[tuple[str, str]]:
    """Return whom one can ask beside a run, as (key, name): networks first, then baselines."""
    table = Runs(home)
    mine = table.get(run)
    found = []
    if isinstance(predictor(home, run).recommender, Blend):
        found.append((NETWORK, _("The network of {run} alone").format(run=run)))
    others = table.list(kind=TRAINING, dataset=mine.dataset)
    found += [
        (f"{RUN}{other.run}", other.label or other.run)
        for other in others
        if other.run != run and has_model(other, table)
    ]
    return [*found, *((f"{BASELINE}{name}", model_name(name)) for name in BASELINES)]


def voice(home: Home, run: str, key: str) -> Voice:
    """Return somebody by key; empty for the run itself.

    Raises
    ------
    BadInput
        Where there is nobody of that key, or a baseline's dataset is gone.
    """
    served = predictor(home, run)
    if not key:
        return Voice(run, served, True)
    if key.startswith(RUN):
        name = key.removeprefix(RUN)
        return Voice(name, predictor(home, name), True)
    if key == NETWORK:
        network = load_recommenders(RunFolder(home.runs / run), 1)[-1]
        return Voice(
            _("{network}, the network alone").format(network=network.name),
            served.with_recommender(network),
            True,
        )
    name = key.removeprefix(BASELINE)
    if name not in BASELINES or name == key:
        raise BadInput(_("There is nobody called {key} to ask.").format(key=key))
    found = next((one for one in _members(served.recommender) if one.name == name), None)
    if found is None:
        dataset = Store(home).open(Runs(home).get(run).dataset)
        found = _fitted(home.path, run, dataset.name, dataset.fingerprint, name)
    return Voice(model_name(name), served.with_recommender(found), found.probabilistic)


def _members(recommender: Recommender) -> Sequence[Recommender]:
    return recommender.members if isinstance(recommender, Blend) else ()


@lru_cache(maxsize=KEPT_VOICES)
def _fitted(home: Path, name: str, dataset: str, _fingerprint: str, baseline: str) -> Recommender:
    """Fit a baseline on what the run's training saw."""
    run = RunFolder(Home(home).runs / name)
    task = split_dataset(run.config(), Store(Home(home)).open(dataset))
    run.check_catalogue(task.sequences)
    return fit(baseline, task)
