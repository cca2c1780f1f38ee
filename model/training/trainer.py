"""Training: epochs over every position of every history, kept so that nothing is lost."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from data.datasets.store import Dataset
from data.errors import Cancelled, VitrinaError
from data.i18n import _
from model.baselines.tuning import fit_all
from model.blend.fit import fit_blend
from model.config.run_config import RunConfig
from model.evaluation.evaluate import evaluate_and_save
from model.metrics.ranking import means, metrics_per_target
from model.networks.data_sizes import DataSizes
from model.networks.network import Network, build, in_full_precision
from model.run_files import EVALUATION, PRODUCTS, RECORD, TARGETS
from model.run_folder import RunFolder
from model.sequences.split_data import SplitData, split_dataset
from model.sequences.windows import Windows, target_windows, training_windows
from model.serving.onnx_export import save_network
from model.serving.onnx_model import load_recommenders
from model.training.callback import Sink
from model.training.checkpoint import Progress, restore, save
from model.training.lr_schedule import learning_rate
from model.training.monitored import best_epoch
from model.training.negative_sampling import NegativeSampler
from model.training.provenance import record
from model.training.running_means import RunningMeans
from model.training.step import CompiledSteps


class NotANumber(VitrinaError, FloatingPointError):
    """The loss is not a number any more."""


JUDGED_BUDGET = 4096
TRAINING_SAMPLE = 2000
PLATEAU_PATIENCE = 2


def train(
    config: RunConfig,
    dataset: Dataset,
    folder: Path,
    sink: Sink,
    stop: Callable[[], bool],
    *,
    resume: bool = False,
) -> bool:
    """Train a network and leave a finished run in a folder.

    Parameters
    ----------
    config : RunConfig
    dataset : Dataset
    folder : Path
        The run's folder.
    sink : Sink
        Told of every figure, line of log and sign of life.
    stop : callable
        Asked after every step; True ends the training, which can be resumed.
    resume : bool
        Whether to go on from the last whole epoch of an earlier try, if there is one.

    Returns
    -------
    bool
        True where training ended by itself and the run is evaluated; False where it was stopped.
        A stopped run with at least one whole epoch can predict, too, from its best one.

    Raises
    ------
    BadInput
        Where the dataset leaves nothing to learn from.
    VitrinaError
        Where the loss is no number any more.
    Cancelled
        Where ``stop`` returned True after the last epoch, during the evaluation.
    """
    keras.mixed_precision.set_global_policy(config.precision)
    task = split_dataset(config, dataset)
    run = RunFolder(folder)
    run.write_json("config.json", config.as_dict())
    run.write_json(RECORD, record(config, dataset, task))
    session = Training(config, task, run, sink, stop)
    if resume:
        session.restore()
    try:
        finished = session.run_epochs()
    except NotANumber:
        session.finish(best=True)
        raise
    session.finish(best=not finished or bool(config.early_stopping))
    if finished:
        _conclude(config, task, run, sink, stop)
    return finished


def _conclude(
    config: RunConfig, task: SplitData, run: RunFolder, sink: Sink, stop: Callable[[], bool]
) -> None:
    """Fit the baselines, blend the network with them where configured, and evaluate all models.

    Raises
    ------
    Cancelled
        Once ``stop`` returns True.
    """

    def on_progress() -> None:
        sink.beat()
        if stop():
            raise Cancelled

    baselines = fit_all(task, on_progress, sink.log)
    served = load_recommenders(run)[-1:]
    if config.blend:
        blend = fit_blend(task, [*served, *baselines], on_progress)
        blend.save(run)
        served = [blend, *served]
        weights = ", ".join(
            f"{name} {new:.2f}/{repeat:.2f}" for name, (new, repeat) in blend.shares.items()
        )
        sink.log(_("Blend weights, new/repeat products: {weights}.").format(weights=weights))
    sink.log(_("Evaluating on {targets} targets.").format(targets=len(task.split.test)))
    evaluate_and_save(run, task, [*served, *baselines], on_progress=on_progress)


class Training:
    """A training under way.

    Parameters
    ----------
    config, task, run, sink, stop
        As ``train`` takes and makes them.
    """

    def __init__(
        self,
        config: RunConfig,
        task: SplitData,
        run: RunFolder,
        sink: Sink,
        stop: Callable[[], bool],
    ) -> None:
        self.config, self.task, self.run = config, task, run
        self.sink, self.stop = sink, stop
        self.sizes = DataSizes.of(task)
        self.network: Network = build(config, self.sizes)
        self.network.output.start_from(task.popularity)
        negatives = NegativeSampler(task.popularity, config.popularity_power, config.negatives)
        self.learner = CompiledSteps(self.network, config, negatives)
        self.progress = Progress(planned=config.epochs)
        validation = task.histories(task.split.validation)
        self._validation = target_windows(validation, config.sequence_length)
        self._missed = len(validation) - len(self._validation.target)
        sink.metric(0, None, "parameters", self.network.serving.count_params())

    def restore(self) -> None:
        """Go back to the last whole epoch of an earlier try."""
        self.progress = restore(self.run, self.learner.state)
        if self.progress.planned not in {0, self.config.epochs}:  # a person wants more epochs
            self.progress.extended = self.progress.epochs
        self.progress.planned = self.config.epochs
        self.sink.resumed(self.progress.history)

    def run_epochs(self) -> bool:
        """Train until the last epoch or early stopping; return False where it was stopped."""
        while self.progress.epochs < self.config.epochs and not self._exhausted():
            entry = self._epoch(self.progress.epochs)
            if entry is None:
                return False
            self._keep(entry)
        return True

    def finish(self, best: bool) -> None:
        """Write the model's files, from the best epoch or the last one, if there is any."""
        if not self.progress.epochs:
            return
        for judged in (EVALUATION, TARGETS, PRODUCTS):  # of the model that is replaced now
            (self.run.path / judged).unlink(missing_ok=True)
        if best and self.progress.best:
            variables = self.network.serving.variables
            for variable, values in zip(variables, self.progress.best, strict=True):
                variable.assign(values)
        self.run.write_vocabulary(self.task.sequences)
        save_network(self.run, in_full_precision(self.network, self.config, self.sizes))

    def _epoch(self, done: int) -> dict[str, Any] | None:
        """Train one epoch; return its figures, or None where it was stopped."""
        random = np.random.default_rng((self.config.seed, done))
        windows = training_windows(self.task.buyers, self.config.sequence_length, random)
        began = time.perf_counter()
        loss = self._steps(windows, done, random)
        if loss is None:
            return None
        seconds = time.perf_counter() - began
        entry: dict[str, Any] = {"epoch": done + 1, **loss}
        if self.learner.sampled:
            entry |= self._judged_sample(windows)
        entry |= {f"val_{name}": value for name, value in self._validate().items()}
        return entry | {"targets": len(windows.target), "seconds": round(seconds, 3)}

    def _steps(
        self, windows: Windows, done: int, random: np.random.Generator
    ) -> dict[str, float] | None:
        """Learn from every batch; return the mean loss and accuracy, or None where stopped."""
        meter, total = RunningMeans(), len(windows.target)
        batches = windows.batches(self.config.columns, self.config.batch_size, random)
        for batch in batches:
            if self.stop():
                return None
            share = meter.epoch.targets / total
            rate = learning_rate(self.config, done + share, self.progress.plateaus)
            batch_loss, batch_correct = self.learner.train(batch, random, rate)
            if not np.isfinite(batch_loss):
                raise NotANumber(
                    _(
                        "The loss is no number any more in epoch {epoch}:"
                        " lower learning_rate (now {rate}) and train again."
                    ).format(epoch=done + 1, rate=self.config.learning_rate)
                )
            meter.add(batch_loss, batch_correct, len(batch.answer))
            self.progress.steps += 1
            if meter.due:
                self._tell(done + 1, meter, meter.epoch.targets / total, rate)
        return meter.epoch.means

    def _tell(self, epoch: int, meter: RunningMeans, share: float, rate: float) -> None:
        """Tell figures of the steps since the last ones."""
        figures = meter.take() | {"learning_rate": rate, "progress": share}
        if self.learner.sampled:  # its loss compares with a sample, and nothing is ranked
            figures[self.learner.loss_name] = figures.pop("loss")
            del figures["accuracy"]
        for name, value in figures.items():
            self.sink.metric(epoch, self.progress.steps, name, value)
        self.sink.beat()

    def _validate(self) -> dict[str, float]:
        """Return loss, accuracy and ranking figures on the validation targets."""
        loss, rank = self._judge(self._validation)
        missed = np.arange(len(rank) + self._missed) >= len(rank)
        ranks = np.append(rank, np.full(self._missed, self.task.products + 1))
        figures = means(metrics_per_target(ranks, missed))
        chosen = {name: figures[name] for name in ("hr@10", "ndcg@10", "mrr@10")}
        return {"loss": float(loss.mean()), "accuracy": figures["hr@1"], **chosen}

    def _judged_sample(self, windows: Windows) -> dict[str, float]:
        """Return loss and accuracy over all products on some training windows.

        A sampled loss is not comparable with one over all products.
        """
        random = np.random.default_rng(self.config.seed)
        loss, rank = self._judge(windows.sample(TRAINING_SAMPLE, random))
        return {"loss": float(loss.mean()), "accuracy": float((rank == 1).mean())}

    def _judge(self, windows: Windows) -> tuple[Any, Any]:
        losses: list[Any] = [np.zeros(0)]
        ranks: list[Any] = [np.zeros(0, dtype=np.int64)]
        budget = max(min(JUDGED_BUDGET, 2**26 // max(self.task.products, 1)), 1)
        for batch in windows.batches(self.config.columns, budget):
            loss, rank = self.learner.judge(batch)
            losses.append(loss)
            ranks.append(rank)
            self.sink.beat()
        return np.concatenate(losses), np.concatenate(ranks)

    def _keep(self, entry: dict[str, Any]) -> None:
        """Note an epoch: history, best weights, checkpoint; then tell of it."""
        progress = self.progress
        progress.history.append(entry)
        best = best_epoch(progress.history)["epoch"]
        if best == entry["epoch"]:
            progress.best_epoch = best
            progress.best = [np.asarray(one) for one in self.network.serving.variables]
        elif (entry["epoch"] - progress.best_epoch) % PLATEAU_PATIENCE == 0:
            progress.plateaus += 1
        save(self.run, self.learner.state, progress)
        self.sink.progress(steps=progress.steps / progress.epochs)
        self.run.write_json("history.json", progress.history)
        for name, value in entry.items():
            if name != "epoch":
                self.sink.metric(entry["epoch"], None, name, float(value))
        self.sink.log(
            _("Epoch {epoch}: loss {loss:.4f}, validation {val_loss:.4f}.").format(
                epoch=entry["epoch"], loss=entry["loss"], val_loss=entry["val_loss"]
            )
        )

    def _exhausted(self) -> bool:
        patience, since = self.config.early_stopping, self.progress.patient_since
        return bool(patience) and self.progress.epochs - since >= patience
