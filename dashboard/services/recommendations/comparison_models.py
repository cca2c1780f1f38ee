"""Models whose list can stand beside that of a run: its network, other runs and baselines.

Nothing is fitted here. A baseline that is a member of the run's blend is used as it is; another
one is read from the run's folder, where a background job (kind ``fit``) stores it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard import formats
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle
from dashboard.services.recommendations import run_jobs
from dashboard.services.recommendations.served_run import ServedRun, serve_run
from data.errors import BadInput, damaged_unless_read
from data.file_cache import FileCache
from data.i18n import _
from model.baselines import BASELINES
from model.baselines.base import Recommender
from model.baselines.stored import baseline_file, load_baseline
from model.blend.blend import Blend
from model.run_folder import RunFolder
from model.serving.onnx_model import load_recommenders
from model.serving.predictor import Predictor

NETWORK, RUN, BASELINE = "network", "run:", "baseline:"


@dataclass(frozen=True)
class ComparisonModel:
    """A model to compare a run with.

    Attributes
    ----------
    name : str
        Its name on the page.
    model : Predictor
    probabilistic : bool
        Whether the softmax of its scores are probabilities.
    handle : RunHandle
        The run whose catalogue it ranks.
    """

    name: str
    model: Predictor
    probabilistic: bool
    handle: RunHandle


class NotFitted(BadInput):
    """A baseline is neither a member of the run's blend nor stored beside the run.

    Attributes
    ----------
    baseline : str
    """

    def __init__(self, baseline: str) -> None:
        super().__init__(
            _("{baseline} has not been fitted for this run yet.").format(
                baseline=formats.model(baseline)
            )
        )
        self.baseline = baseline


def comparison_choices(served: ServedRun, runs: Iterable[Run]) -> list[tuple[str, str]]:
    """Return the models that can be chosen as (key, name): networks first, then baselines.

    The name of a baseline says whether it is a member of the run's blend, and whether it has to
    be fitted first.

    Parameters
    ----------
    served : ServedRun
    runs : iterable of Run
        The runs with a model, of any dataset.
    """
    choices = []
    if isinstance(served.model.recommender, Blend):
        choices.append((NETWORK, _("The network of {run} alone").format(run=served.name)))
    choices += [
        (f"{RUN}{other.run}", other.label or other.run)
        for other in runs
        if other.run != served.name and other.dataset == served.handle.run.dataset
    ]
    return [
        *choices,
        *((f"{BASELINE}{name}", _baseline_choice(served, name)) for name in BASELINES),
    ]


def comparison_model(served: ServedRun, key: str) -> ComparisonModel:
    """Return a model by its key; the run itself for an empty one.

    Raises
    ------
    NotFitted
        Where a baseline has to be fitted first; ``start_fitting`` does that in the background.
    BadInput
        Where there is no model of this key.
    """
    if not key:
        return ComparisonModel(served.name, served.model, True, served.handle)
    if key.startswith(RUN):
        other = serve_run(served.handle.home, key.removeprefix(RUN))
        return ComparisonModel(other.name, other.model, True, other.handle)
    if key == NETWORK:
        network = load_recommenders(RunFolder(served.handle.folder), 1)[-1]
        name = _("{network}, the network alone").format(network=formats.model(network.name))
        network_alone = served.model.with_recommender(network)
        return ComparisonModel(name, network_alone, True, served.handle)
    name = key.removeprefix(BASELINE)
    if name not in BASELINES or name == key:
        raise BadInput(_("There is no model called {key}.").format(key=key))
    baseline = blend_member(served, name)
    if baseline is None:
        file = baseline_file(served.handle.folder, name)
        if not file.exists():
            raise NotFitted(name)
        sentence = _("The stored baseline {name} of run {run} is damaged; delete {file}.")
        with damaged_unless_read(sentence.format(name=name, run=served.name, file=file)):
            baseline = _STORED.get(file)
    return ComparisonModel(
        _member_name(served, name),
        served.model.with_recommender(baseline),
        baseline.probabilistic,
        served.handle,
    )


def blend_member(served: ServedRun, baseline: str) -> Recommender | None:
    """Return a fitted baseline out of the blend of a run; None where it is not a member."""
    blend = served.model.recommender
    members = blend.members if isinstance(blend, Blend) else []
    return next((member for member in members if member.name == baseline), None)


def not_fitted(served: ServedRun, keys: Sequence[str]) -> list[str]:
    """Return the baselines among some keys of models that have to be fitted first."""
    baselines = dict.fromkeys(
        key.removeprefix(BASELINE) for key in keys if key.startswith(BASELINE)
    )
    return [
        name
        for name in baselines
        if name in BASELINES
        and blend_member(served, name) is None
        and not baseline_file(served.handle.folder, name).exists()
    ]


def start_fitting(served: ServedRun, baselines: Sequence[str]) -> None:
    """Queue the fit of baselines in the background, those that no job fits already.

    Raises
    ------
    BadInput
        For an unknown baseline, and where the run's dataset is gone.
    """
    for name in baselines:
        if name not in BASELINES:
            raise BadInput(_("There is no model called {key}.").format(key=name))
    missing = [name for name in baselines if fitting_job(served, name) is None]
    if missing:
        run_jobs.queue_job(
            served.handle.home,
            served.name,
            run_jobs.FITTING,
            {"run": served.name, "baselines": missing},
        )


def fitting_job(served: ServedRun, baseline: str) -> Run | None:
    """Return the queued or running job that fits a baseline for a run, if there is one."""
    job = _last_job(served, baseline)
    return job if job is not None and not job.ended else None


def failed_fit(served: ServedRun, baseline: str) -> Run | None:
    """Return the last job that was to fit a baseline, where it ended with an error message."""
    job = _last_job(served, baseline)
    return job if job is not None and job.ended and job.message else None


def _last_job(served: ServedRun, baseline: str) -> Run | None:
    jobs = run_jobs.jobs_of_run(served.handle.home, served.name, run_jobs.FITTING)
    return next((job for job in jobs if baseline in job.config["baselines"]), None)


def _baseline_choice(served: ServedRun, name: str) -> str:
    if blend_member(served, name) is not None:
        return _member_name(served, name)
    if baseline_file(served.handle.folder, name).exists():
        return formats.model(name)
    return _("{baseline} (not fitted yet)").format(baseline=formats.model(name))


def _member_name(served: ServedRun, name: str) -> str:
    if blend_member(served, name) is None:
        return formats.model(name)
    return _("{baseline}, member of the blend").format(baseline=formats.model(name))


_STORED = FileCache(load_baseline, size=4)
