"""What a child does for each kind of run."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from dashboard.jobs.run import Run
from dashboard.jobs.sink import Sink
from data.home import Home
from data.store import Store


@dataclass(frozen=True)
class Job:
    """A run with the places that its work needs."""

    home: Home
    run: Run
    folder: Path


def train(job: Job, sink: Sink) -> bool:
    """Train a network, or go on with its training; False where it was stopped."""
    from model.config import RunConfig
    from model.training import train as train_network

    dataset = Store(job.home).open(job.run.dataset)
    config = RunConfig.from_dict(job.run.config)
    sink.progress(epochs=config.epochs)
    return train_network(config, dataset, job.folder, sink, sink.stop, resume=job.run.resume)


def import_files(job: Job, sink: Sink) -> bool:
    """Turn files into a dataset; what was uploaded for it is removed when it is done."""
    from data.ingest import ingest

    files = [Path(name) for name in job.run.config["files"]]
    ingest(
        Store(job.home),
        files,
        job.run.dataset,
        mapping=job.run.config.get("mapping"),
        progress=lambda progress: sink.progress(**asdict(progress)),
        cancelled=sink.stop,
    )
    for file in files:
        if job.home.uploads in file.parents:
            file.unlink(missing_ok=True)
    return True


WORK: dict[str, Callable[[Job, Sink], bool]] = {
    "train": train,
    "import": import_files,
}
