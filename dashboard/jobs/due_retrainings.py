"""The trainings that are due by the rules of the datasets, and the checks that these go by."""

from contextlib import suppress

from dashboard.jobs.queue import CHECKING, RETRAINING, TRAINING
from dashboard.jobs.retraining_rules import Rule
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle
from dashboard.jobs.runs_table import Runs
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import VitrinaError
from model.metrics.protocol_metrics import metrics_of

DAY = 86_400.0


def start_due(runs: Runs) -> list[str]:
    """Queue the trainings that are due by the rules, and the checks that decide; return the runs.

    A dataset whose rule cannot be applied now, as it is being imported for instance, waits.
    """
    started = []
    for dataset, rule in runs.retraining_rules.all().items():
        with suppress(VitrinaError):
            run = _start_if_due(runs, dataset, rule)
            started += [run] if run else []
    return started


def _start_if_due(runs: Runs, dataset: str, rule: Rule) -> str | None:
    promotion = runs.promotions.newest(dataset)
    if promotion is None or promotion.run is None:
        return None
    in_service = RunHandle(runs.home, runs.get(promotion.run))
    opened = Store(runs.home).open(dataset)
    version = opened.fingerprint
    if in_service.dataset_version == version or _is_under_way(runs, dataset, version):
        return None
    if _is_due(runs, rule, in_service, opened):
        if not runs.retraining_rules.ask(dataset, version):
            return None
        return runs.create(
            RETRAINING,
            dataset,
            {
                "preset": in_service.run.preset,
                "config": in_service.run.config
                | {"preparation.last": None, "start_from": in_service.name if rule.warm else ""},
                "trials": 1,
                "in_service": in_service.name,
                "version": version,
                "tolerance": rule.tolerance,
            },
            preset=in_service.run.preset,
        )
    return _check_if_needed(runs, rule, in_service, version)


def _is_due(runs: Runs, rule: Rule, in_service: RunHandle, dataset: Dataset) -> bool:
    if rule.days is not None:
        age = runs.clock() - (in_service.run.finished or 0.0)
        if age >= rule.days * DAY:
            return True
    if rule.growth is not None:
        before = _events_of_training(in_service, dataset)
        now = sum(part.rows for part in dataset.manifest.parts)
        if before and now >= before * (1 + rule.growth):
            return True
    lead = _lead(in_service, dataset.fingerprint) if rule.lead is not None else None
    return lead is not None and rule.lead is not None and lead < rule.lead


def _events_of_training(in_service: RunHandle, dataset: Dataset) -> int:
    """Return the number of events that the dataset had; 0 where it was replaced since."""
    trained = [source["sha256"] for source in in_service.record["dataset"]["sources"]]
    sources = [source.sha256 for source in dataset.manifest.sources]
    if sources[: len(trained)] != trained:
        return 0
    return sum(part.rows for part in dataset.manifest.parts[: len(trained)])


def _lead(in_service: RunHandle, version: str) -> float | None:
    """Return the lead over popularity on later events; None where no check knows it yet."""
    drift = in_service.drift
    if drift.get("dataset_version") != version:
        return None
    metric = metrics_of(drift["protocol"]).compared[0]
    model, popularity = (evaluation["metrics"][metric] for evaluation in drift["since"]["models"])
    return float(model - popularity)


def _check_if_needed(runs: Runs, rule: Rule, in_service: RunHandle, version: str) -> str | None:
    """Queue the check of the model in service that the rule goes by, once for each version."""
    if rule.lead is None or in_service.drift.get("dataset_version") == version:
        return None
    checks = runs.list(kind=CHECKING, dataset=in_service.run.dataset)
    if any(check.config.get("version") == version for check in checks):
        return None
    config = {"run": in_service.name, "version": version}
    return runs.create(CHECKING, in_service.run.dataset, config)


def _is_under_way(runs: Runs, dataset: str, version: str) -> bool:
    """Return whether a training for this version was queued already, or any is not at its end."""
    jobs: list[Run] = runs.list(kind=RETRAINING, dataset=dataset)
    if any(not job.ended or job.config.get("version") == version for job in jobs):
        return True
    return any(not run.ended for run in runs.list(kind=TRAINING, dataset=dataset))
