"""The work of each kind of run."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.jobs.import_files import fetch_files, forget_files, local_file
from dashboard.jobs.job import Job
from dashboard.jobs.outbox import FELL
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.run_handle import RunHandle, open_run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.staged_folders import fetch_run
from data.checksums import checked_write, write_checked_json
from data.datasets.store import Store
from data.errors import BadInput, Cancelled
from data.i18n import _
from data.importing.kaggle import is_remote
from model.phases import Phase
from model.run_files import COMPARISON, EFFECT, PARTS

if TYPE_CHECKING:
    from data.datasets.dataset import Dataset
    from data.importing.request import ImportRequest
    from model.serving.rules.rules_numpy import RuleTables


def train(job: Job, reporter: Reporter) -> bool:
    """Train a network, or resume its training; False when it was stopped."""
    from model.training.trainer import train as train_network

    config = RunHandle(job.home, job.run).config
    reporter.progress(epochs=config.epochs)
    if config.start_from:
        fetch_run(job.home, config.start_from)
    with Store(job.home).reading(job.run.dataset) as dataset:
        return train_network(
            config, dataset, job.folder, reporter, reporter.stop, resume=job.run.resume
        )


def import_files(job: Job, reporter: Reporter) -> bool:
    """Import files, the demo shop, a sample or side tables; uploads are removed when done."""
    from data.importing.ingest import ingest

    fetch_files(job.home, job.run.config)
    if "side_tables" in job.run.config:
        return _attach_side_tables(job, reporter)
    request = _import_request(job)
    ingest(
        Store(job.home),
        request,
        on_progress=lambda progress: reporter.progress(**asdict(progress)),
        should_stop=reporter.stop,
    )
    for file in (*request.files, request.products, request.buyers):
        if file is not None:
            _remove_own(job, file)
    forget_files(job.home, job.run.config)
    return True


def _import_request(job: Job) -> "ImportRequest":
    from data.importing import complete_journey
    from data.importing.kaggle import local
    from data.importing.request import ImportRequest

    config, name = job.run.config, job.run.dataset
    if demo := config.get("demo"):
        return ImportRequest([_write_demo(job, **demo)], name, synthetic=True)
    if config.get("sample"):
        return complete_journey.request(job.folder, name)
    request = ImportRequest.from_config(name, config)
    return replace(
        request,
        files=local([_here(job, file) for file in request.files]),
        products=_here(job, request.products) if request.products else None,
        buyers=_here(job, request.buyers) if request.buyers else None,
    )


def _here(job: Job, file: Path) -> Path:
    """Return where a file is on this machine, which is still the one that a person chose.

    Somebody who may write to its folder, but not read what this user may, could have put a link in
    its place.
    """
    here = local_file(job.home, job.run.config, file)
    if here == file and not is_remote(file) and file.resolve() != file.absolute():
        raise BadInput(
            _("{file} is a link, which it was not when it was chosen; choose it again.").format(
                file=file
            )
        )
    return here


def _attach_side_tables(job: Job, reporter: Reporter) -> bool:
    """Add side tables to a dataset, or remove them."""
    from data.importing.side_tables import attach_side_tables

    files = {table: _here(job, Path(file)) for table, file in job.run.config["side_tables"].items()}
    attach_side_tables(
        Store(job.home),
        job.run.dataset,
        products=files.get("products"),
        buyers=files.get("buyers"),
        remove=job.run.config["remove"],
        should_stop=reporter.stop,
    )
    for file in files.values():
        _remove_own(job, file)
    forget_files(job.home, job.run.config)
    return True


def _write_demo(job: Job, buyers: int | None = None, seed: int = 0) -> Path:
    from data.demo import generator

    file = job.folder / "demo.csv"
    generator.write(file, buyers=buyers or generator.BUYERS, seed=seed)
    return file


def _remove_own(job: Job, file: Path) -> None:
    """Remove a file that was generated or uploaded for this import."""
    uploads = job.home.uploads
    if file.is_relative_to(uploads) or file.is_relative_to(job.folder):
        file.unlink(missing_ok=True)
    if file.parent.is_relative_to(uploads) and file.parent != uploads:
        with suppress(OSError):  # other files of the same upload are still there
            file.parent.rmdir()


def score(job: Job, reporter: Reporter) -> bool:
    """Write the top-k list of every buyer into the folder of this run.

    Parts that an earlier attempt has finished are not computed again.
    """
    from dashboard.jobs.part_runs import PartRuns
    from model.serving.batch_scoring import score as score_buyers

    config = job.run.config
    others = PartRuns(job, reporter)
    rules, left_out = None, Counter[str]()
    with (
        Store(job.home).reading(job.run.dataset) as dataset,
        checked_write(job.folder / f"lists.{config['format']}") as file,
    ):
        if "placement" in config:
            rules = _rule_tables(job, dataset)
        score_buyers(
            job.home.runs / config["run"],
            dataset,
            file,
            k=config["k"],
            exclude_seen=config["exclude_seen"],
            rules=rules,
            kept=job.folder / PARTS,
            others=others,
            on_progress=lambda done, total: reporter.progress(buyers=done, all=total),
            on_left_out=left_out.update,
            on_kept=reporter.saved,
            should_stop=reporter.stop,
        )
    others.remove()
    if rules is not None:
        reporter.progress(left_out=dict(left_out))
    return True


def score_part(job: Job, reporter: Reporter) -> bool:
    """Compute some parts of the lists of another job, and keep them in the folder of this run."""
    from model.serving.batch_scoring import score_parts

    config = job.run.config
    with Store(job.home).reading(job.run.dataset) as dataset:
        score_parts(
            job.home.runs / config["run"],
            dataset,
            job.folder / PARTS,
            config["parts"],
            k=config["k"],
            exclude_seen=config["exclude_seen"],
            rules=_rule_tables(job, dataset) if "placement" in config else None,
            on_progress=lambda done, total: reporter.progress(parts=done, all=total),
            on_kept=reporter.saved,
            should_stop=reporter.stop,
        )
    return True


def effect(job: Job, reporter: Reporter) -> bool:
    """Compare the lists of a trained run without and with the rules of a placement."""
    from model.evaluation.rule_effect import rule_effect

    def on_progress(done: int, total: int) -> None:
        reporter.progress(lists=done, all=total)
        _raise_if_stopped(reporter)

    with Store(job.home).reading(job.run.dataset) as dataset:
        tables = _rule_tables(job, dataset)
        folder = job.home.runs / job.run.config["run"]
        compared = rule_effect(folder, dataset, tables, on_progress)
    write_checked_json(job.folder / EFFECT, compared)
    return True


def _rule_tables(job: Job, dataset: "Dataset") -> "RuleTables":
    """Return the rules that a job was queued with on the catalogue of its run."""
    from dashboard.jobs.placement_rules import resolved_rules
    from model.serving.rules.settings import Rules

    config = job.run.config
    rules = Rules.from_dict(config["placement"]["rules"])
    return resolved_rules(open_run(job.home, config["run"]), dataset, rules).tables


def evaluate(job: Job, reporter: Reporter) -> bool:
    """Evaluate a trained run and the baselines again."""
    from model.evaluation.evaluate import evaluate_run

    def on_progress(phase: Phase, share: float) -> None:
        reporter.phase(phase, share)
        _raise_if_stopped(reporter)

    folder = job.home.runs / job.run.config["run"]
    with Store(job.home).reading(job.run.dataset) as dataset:
        evaluate_run(folder, dataset, on_progress=on_progress)
    return True


def check(job: Job, reporter: Reporter) -> bool:
    """Judge a trained run on what happened after its training; tell where one in service fell."""
    from model.evaluation.drift import assess_drift, has_fallen

    run, dataset = job.run.config["run"], job.run.dataset
    with Store(job.home).reading(dataset) as opened:
        drift = assess_drift(
            job.home.runs / run, opened, on_progress=lambda: _raise_if_stopped(reporter)
        )
    runs = Runs(job.home)
    in_service = {promotion.run for promotion in runs.promotions.current()}
    if run in in_service and has_fallen(drift):
        data = {"run": run, "dataset": dataset, "kind": "check"}
        runs.outbox.add(FELL, f"{run}/{drift['dataset_version']}/fell", data)
    return True


def compare(job: Job, reporter: Reporter) -> bool:
    """Compare a trained run with the model in service on purchases new to both."""
    from model.evaluation.later_comparison import compare_later

    run, in_service = job.run.config["run"], job.run.config["in_service"]
    with Store(job.home).reading(job.run.dataset) as dataset:
        compared = compare_later(
            fetch_run(job.home, in_service),
            fetch_run(job.home, run),
            dataset,
            on_progress=lambda: _raise_if_stopped(reporter),
        )
    result = {"run": run, "in_service": in_service, **compared}
    write_checked_json(job.folder / COMPARISON, result)
    return True


def _raise_if_stopped(reporter: Reporter) -> None:
    if reporter.stop():
        raise Cancelled


def fit(job: Job, reporter: Reporter) -> bool:
    """Fit baselines on the training events of a run, and store them in the run's folder."""
    from model.baselines.stored import save_baseline
    from model.baselines.tuning import fit as fit_baseline
    from model.run_folder import RunFolder
    from model.sequences.split_data import split_dataset

    run = RunFolder(job.home.runs / job.run.config["run"])
    with Store(job.home).reading(job.run.dataset) as dataset:
        data = split_dataset(run.config(), dataset, run.buyer_attributes)
    run.check_catalogue(data.sequences)
    for name in job.run.config["baselines"]:
        _raise_if_stopped(reporter)
        save_baseline(run.path, fit_baseline(name, data))
    return True


def draw_map(job: Job, reporter: Reporter) -> bool:
    """Compute the map of neighbours of a trained run."""
    from model.serving.neighbour_map import make_neighbour_map

    run = open_run(job.home, job.run.config["run"])
    run.require_model()

    def on_progress(done: int, total: int) -> None:
        reporter.progress(iterations=done, all=total)
        _raise_if_stopped(reporter)

    make_neighbour_map(run.folder, on_progress)
    return True


def search(job: Job, reporter: Reporter) -> bool:
    """Search the values of some fields by training with suggested ones."""
    from dashboard.jobs.hyperparameter_search import search as search_values

    return search_values(job, reporter)


def backtest(job: Job, reporter: Reporter) -> bool:
    """Train until several days, and judge each model on what came after."""
    from dashboard.jobs.backtest import backtest as run_backtest

    return run_backtest(job, reporter)


def retrain(job: Job, reporter: Reporter) -> bool:
    """Train again, and replace the model in service where the new one is no worse."""
    from dashboard.jobs.retraining import retrain as train_again

    return train_again(job, reporter)


WORK: dict[str, Callable[[Job, Reporter], bool]] = {
    "train": train,
    "import": import_files,
    "score": score,
    "part": score_part,
    "effect": effect,
    "evaluate": evaluate,
    "check": check,
    "compare": compare,
    "fit": fit,
    "map": draw_map,
    "search": search,
    "backtest": backtest,
    "retrain": retrain,
}
