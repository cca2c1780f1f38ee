"""Background jobs on a trained run: rank for every buyer, evaluate again, fit baselines, a map."""

from collections.abc import Mapping
from typing import Any

from dashboard.jobs.placements import Placement
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import open_run, run_folder
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.supervisor import start_worker
from data.checksums import verified
from data.datasets.store import Store
from data.errors import BadInput, damaged_unless_read
from data.files import read_json
from data.home import Home
from data.i18n import _

SCORING, EVALUATION, FITTING, MAP = "score", "evaluate", "fit", "map"
"""Kinds of jobs."""
FORMATS = ("parquet", "csv")
MAX_K = 1_000


def start_scoring(
    home: Home,
    run: str,
    *,
    k: int = 20,
    exclude_seen: bool = False,
    kind: str = "parquet",
    placement: str = "",
) -> str:
    """Queue ranked lists for every buyer and return the name of the job.

    The rules of a placement are those of the moment when the job is queued.

    Raises
    ------
    BadInput
        For another file format, an impossible ``k`` or an unknown placement, and as
        ``queue_job``.
    """
    if kind not in FORMATS or not 1 <= k <= MAX_K:
        raise BadInput(
            _("Lists hold from 1 to {most} products, as {kinds}.").format(
                most=MAX_K, kinds=" / ".join(FORMATS)
            )
        )
    config: dict[str, Any] = {"run": run, "k": k, "exclude_seen": exclude_seen, "format": kind}
    if placement:
        place = Runs(home).placements.get(open_run(home, run).run.dataset, placement)
        config["placement"] = placement_config(place)
    return queue_job(home, run, SCORING, config)


def placement_config(placement: Placement) -> dict[str, Any]:
    """Return a version of a placement as the configuration of a job holds it."""
    return {
        "name": placement.name,
        "number": placement.number,
        "rules": dict(placement.rules or {}),
    }


def start_evaluation(home: Home, run: str) -> str:
    """Queue the evaluation of a run beside the baselines and return the name of the job."""
    return queue_job(home, run, EVALUATION, {"run": run})


def queue_job(home: Home, run: str, kind: str, config: dict[str, Any]) -> str:
    """Queue a job on a trained run, start a worker, and return the name of the job.

    Raises
    ------
    BadInput
        Where there is no such run, it has no model, or its dataset is gone.
    """
    handle = open_run(home, run)
    handle.require_model()
    Store(home).open(handle.run.dataset)
    job = Runs(home).create(kind, handle.run.dataset, config)
    start_worker(home)
    return job


def result_of_job(home: Home, job: str, file: str) -> Mapping[str, Any]:
    """Return the JSON object that a finished job has written.

    Raises
    ------
    Damaged
        When the file cannot be read.
    """
    sentence = _("The figures of {job} are damaged; compute them again.").format(job=job)
    with damaged_unless_read(sentence):
        content: Mapping[str, Any] = read_json(verified(run_folder(home, job) / file))
        return content


def jobs_of_run(home: Home, run: str, kind: str) -> list[Run]:
    """Return the jobs of a kind on a run, newest first."""
    return [job for job in Runs(home).list(kind=kind) if job.config.get("run") == run]
