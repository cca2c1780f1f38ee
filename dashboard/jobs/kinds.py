"""What a child does for each kind of run."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dashboard.jobs.reporter import Sink
from dashboard.jobs.run import Run
from data.datasets.store import Store
from data.home import Home


@dataclass(frozen=True)
class Job:
    """A run with the places that its work needs."""

    home: Home
    run: Run
    folder: Path


def train(job: Job, sink: Sink) -> bool:
    """Train a network, or go on with its training; False where it was stopped."""
    from model.config.run_config import RunConfig
    from model.training.trainer import train as train_network

    dataset = Store(job.home).open(job.run.dataset)
    config = RunConfig.from_dict(job.run.config)
    sink.progress(epochs=config.epochs)
    return train_network(config, dataset, job.folder, sink, sink.stop, resume=job.run.resume)


def import_files(job: Job, sink: Sink) -> bool:
    """Import files, or the demo shop, as a dataset; uploads are removed when it is done."""
    from data.importing.ingest import ingest
    from data.importing.kaggle import local
    from data.importing.request import ImportRequest

    config, name = job.run.config, job.run.dataset
    if demo := config.get("demo"):
        request = ImportRequest([_write_demo(job, **demo)], name, synthetic=True)
    else:
        request = ImportRequest.from_config(name, config)
        request = replace(request, files=local(request.files))
    ingest(
        Store(job.home),
        request,
        on_progress=lambda progress: sink.progress(**asdict(progress)),
        should_stop=sink.stop,
    )
    for file in request.files:
        _remove_own(job, file)
    return True


def _write_demo(job: Job, buyers: int | None = None, seed: int = 0) -> Path:
    from data.demo import generator

    file = job.folder / "demo.csv"
    generator.write(file, buyers=buyers or generator.BUYERS, seed=seed)
    return file


def _remove_own(job: Job, file: Path) -> None:
    """Remove a source that was made or uploaded for this import alone."""
    uploads = job.home.uploads
    if file.is_relative_to(uploads) or file.is_relative_to(job.folder):
        file.unlink(missing_ok=True)
    if file.parent.is_relative_to(uploads) and file.parent != uploads:
        with suppress(OSError):  # the folder of an upload of several files is not empty yet
            file.parent.rmdir()


def score(job: Job, sink: Sink) -> bool:
    """Write ranked lists for every buyer, into the folder of this job."""
    from model.serving.batch_scoring import score as score_buyers

    config = job.run.config
    score_buyers(
        job.home.runs / config["run"],
        Store(job.home).open(job.run.dataset),
        job.folder / f"lists.{config['format']}",
        k=config["k"],
        exclude_seen=config["exclude_seen"],
        on_progress=lambda done, total: sink.progress(buyers=done, all=total),
        should_stop=sink.stop,
    )
    return True


def evaluate(job: Job, sink: Sink) -> bool:
    """Put a trained run beside the baselines anew."""
    from model.evaluation.evaluate import evaluate_run

    folder = job.home.runs / job.run.config["run"]
    evaluate_run(folder, Store(job.home).open(job.run.dataset), on_progress=sink.beat)
    return True


def search(job: Job, sink: Sink) -> bool:
    """Look for the best values of some fields by training with some of them."""
    from dashboard.jobs.hyperparameter_search import search as search_values

    return search_values(job, sink)


WORK: dict[str, Callable[[Job, Sink], bool]] = {
    "train": train,
    "import": import_files,
    "score": score,
    "evaluate": evaluate,
    "search": search,
}
