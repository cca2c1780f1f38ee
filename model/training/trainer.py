"""Training a network: epochs, validation, checkpoints, and the files of the finished run."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np

from data.checksums import is_there
from data.datasets.dataset import Dataset
from data.errors import Cancelled, VitrinaError
from data.i18n import _, ngettext
from data.preparation.sequences import FIRST
from model.baselines.tuning import fit_all
from model.blend.fit import fit_blend
from model.config.run_config import RunConfig
from model.evaluation.evaluate import evaluate_and_save
from model.networks.data_sizes import DataSizes
from model.networks.network import Network, build, in_full_precision
from model.networks.transition_head import LATEST
from model.phases import OnShare, Phase
from model.run_files import BASELINES, BLEND, CONFIG, EVALUATION, HISTORY, PRODUCTS, RECORD, TARGETS
from model.run_folder import RunFolder
from model.sequences.adapted_config import adapt
from model.sequences.split_data import SplitData, split_dataset
from model.sequences.windows import Windows, training_windows
from model.serving.onnx_export import save_network
from model.serving.onnx_model import load_recommenders
from model.training.averaged_weights import AveragedWeights
from model.training.best_members import in_use, update
from model.training.callback import TrainingCallback
from model.training.checkpoint import TrainingState, restore, save
from model.training.epoch_metrics import EpochMetrics
from model.training.initial_counts import start_from_counts
from model.training.log_sentences import (
    attributes_sentence,
    blend_sentence,
    product_sentence,
    repeats_sentence,
)
from model.training.lr_schedule import learning_rate
from model.training.monitored import METRIC, best_epoch
from model.training.negative_sampling import NegativeSampler
from model.training.provenance import record
from model.training.replicas import training_devices
from model.training.running_means import RunningMeans
from model.training.step import CompiledSteps
from model.training.warm_start import built_as, source_of, start_from_run

PLATEAU_PATIENCE = 2
"""Epochs without improvement after which the schedule ``plateau`` halves the learning rate."""


class NonFiniteLoss(VitrinaError, FloatingPointError):
    """The loss has become NaN or infinite."""


def train(
    config: RunConfig,
    dataset: Dataset,
    folder: Path,
    callback: TrainingCallback,
    stop: Callable[[], bool],
    *,
    resume: bool = False,
) -> bool:
    """Train a network, fit the baselines, evaluate them all, and write the run's folder.

    Parameters
    ----------
    config : RunConfig
    dataset : Dataset
    folder : Path
        The run's folder.
    callback : TrainingCallback
    stop : callable
        Called before every step; training ends where it returns True, and can be resumed.
    resume : bool
        Whether to continue from the last checkpoint in the folder, if there is one.

    Returns
    -------
    bool
        True where training ended by itself and the run is evaluated; False where it was stopped.
        A run that was stopped after at least one epoch has a model, of its best epoch.

    Raises
    ------
    BadInput
        Where the dataset leaves no training, validation or test targets, or the machine has fewer
        GPUs than the training asks for.
    NonFiniteLoss
        Where the loss becomes NaN or infinite.
    Cancelled
        Where ``stop`` returned True after the last epoch, during the evaluation.
    """
    trainer = Trainer.create(config, dataset, folder, callback, stop, resume=resume)
    finished = trainer.fit(resume=resume)
    data, run = trainer.data, trainer.run
    del trainer  # with the variables of the network, its optimiser and its best epoch
    if finished:
        evaluate_beside_baselines(config, data, run, callback, stop)
    return finished


def evaluate_beside_baselines(
    config: RunConfig,
    data: SplitData,
    run: RunFolder,
    callback: TrainingCallback,
    stop: Callable[[], bool],
) -> None:
    """Fit the baselines, blend the network with them where configured, and evaluate all models.

    Raises
    ------
    Cancelled
        Once ``stop`` returns True.
    """

    def enter(phase: Phase) -> OnShare:
        """Report the start of a phase; return what reports how far it is."""
        callback.phase(phase)

        def on_progress(share: float) -> None:
            callback.phase(phase, share)
            callback.heartbeat()
            if stop():
                raise Cancelled

        return on_progress

    baselines = fit_all(
        data,
        enter(Phase.BASELINES),
        callback.log,
        popularity_only=not config.compare_baselines,
    )
    models = load_recommenders(run)[-1:]
    if config.blend:
        blend = fit_blend(data, [*models, *baselines], enter(Phase.BLEND))
        if len(blend.members) > 1:
            blend.save(run)
            models = [blend, *models]
        else:
            run.remove(BLEND)  # of a run that goes on with more epochs
        callback.log(blend_sentence(blend))
    callback.log(_("Evaluating on {targets} targets.").format(targets=len(data.split.test)))
    evaluate_and_save(run, data, [*models, *baselines], on_progress=enter(Phase.EVALUATION))


class Trainer:
    """Trains one network.

    Parameters
    ----------
    config : RunConfig
    data : SplitData
    run : RunFolder
        Where the checkpoint, the history and the model are written.
    callback : TrainingCallback
    stop : callable
        Called before every step; training ends where it returns True.
    devices : sequence of str
        The devices that share the work of every step; without any it is not shared.
    """

    def __init__(
        self,
        config: RunConfig,
        data: SplitData,
        run: RunFolder,
        callback: TrainingCallback,
        stop: Callable[[], bool],
        *,
        devices: Sequence[str] = (),
    ) -> None:
        keras.mixed_precision.set_global_policy(config.precision)
        self.config, self.data, self.run = config, data, run
        self.callback, self.stop = callback, stop
        self.sizes = DataSizes.of(data)
        self.network: Network = build(config, self.sizes)
        start_from_counts(self.network, data.buyers, data.popularity)
        popularity = np.maximum(data.popularity, 1)  # of 0 where a product was never a target
        sampler = NegativeSampler(popularity, config.popularity_power, config.negatives)
        self.steps = CompiledSteps(self.network, config, sampler, devices)
        self.averages = AveragedWeights(self.network.serving.variables, config.weight_averaging)
        self.state = TrainingState(planned=config.epochs)
        self.metrics = EpochMetrics(self.steps, data, config, callback.heartbeat)
        callback.metric(0, None, "parameters", self.network.serving.count_params())

    @classmethod
    def create(
        cls,
        config: RunConfig,
        dataset: Dataset,
        folder: Path,
        callback: TrainingCallback,
        stop: Callable[[], bool],
        *,
        resume: bool = False,
    ) -> "Trainer":
        """Split a dataset, write the configuration and the provenance, and return a trainer.

        The configuration is adapted to the data; see ``model.sequences.adapted_config``. A run that
        is resumed keeps the attributes of buyers that it began with, whatever the side table of
        the dataset has now; so does one that starts from another run, with those of that run.

        Raises
        ------
        BadInput
            Where the dataset leaves no training, validation or test targets, or the machine has
            fewer GPUs than the training asks for; nothing is written.
        """
        devices = training_devices(config.gpus)
        callback.phase(Phase.PREPARATION)
        run = RunFolder(folder)
        begun = resume and is_there(folder / CONFIG)
        start = source_of(run, config) if config.start_from and not begun else None
        other = run if begun else start
        data = split_dataset(config, dataset, other.buyer_attributes if other else None)
        requested, config = config, _built(config, data, other)
        if requested.repeat_head:
            callback.log(repeats_sentence(config, data.repeat_share))
        if requested.transition_head and not (config.transition_head or start):
            callback.log(
                _(
                    "The network is built without the transition head: the purchases of a basket"
                    " share their time, or there are too many products."
                )
            )
        if requested.buyer_attributes:
            callback.log(attributes_sentence(data.buyer_attributes))
        if requested.product_attributes:
            callback.log(product_sentence(data.product_attributes))
        run.write_buyer_attributes(data.buyer_attributes)
        run.write_json(CONFIG, config.as_dict())
        run.write_json(RECORD, record(config, dataset, data))
        return cls(config, data, run, callback, stop, devices=devices)

    def fit(self, *, resume: bool = False) -> bool:
        """Train and write the model; return False where training was stopped.

        The model is the one of the best epoch where training was stopped or early stopping is on,
        and the one of the last epoch otherwise.
        """
        if resume:
            self.restore()
        if self.config.start_from and not self.state.epochs:
            self._start_warm()
        try:
            finished = self.run_epochs()
        except NonFiniteLoss:
            self.save_model(best=True)
            raise
        if finished:
            self.callback.progress(patience_over=self._patience_is_over())
            self.callback.log(self._ending())
        self.save_model(best=not finished or bool(self.config.early_stopping))
        return finished

    def restore(self) -> None:
        """Return to the last checkpoint in the run's folder, if there is one."""
        self.state = restore(self.run, self._variables)
        if self.state.planned not in {0, self.config.epochs}:  # more epochs were asked for
            self.state.extended = self.state.epochs
        self.state.planned = self.config.epochs
        self.callback.resumed(self.state.history)

    def _start_warm(self) -> None:
        """Begin with the weights of the run that the configuration names."""
        source = source_of(self.run, self.config)
        known = start_from_run(self.network, self.data.sequences, source)
        self.callback.log(
            _("The weights are those of {run}, which knows {known} of {products} products.").format(
                run=self.config.start_from, known=known, products=self.sizes.products - FIRST
            )
        )

    def run_epochs(self) -> bool:
        """Train until the last epoch or early stopping; return False where it was stopped."""
        self.callback.phase(Phase.TRAINING)
        while self.state.epochs < self.config.epochs and not self._patience_is_over():
            entry = self._epoch(self.state.epochs)
            if entry is None:
                return False
            self._end_epoch(entry)
        return True

    def save_model(self, *, best: bool) -> None:
        """Write the model of the best or the last epoch, if an epoch is complete.

        The evaluation of the model that is replaced is removed.
        """
        if not self.state.epochs:
            return
        self.callback.phase(Phase.EXPORT)
        self.run.remove(EVALUATION, TARGETS, PRODUCTS)
        shutil.rmtree(self.run.path / BASELINES, ignore_errors=True)  # of the old catalogue
        weights = (self.state.best_weights if best else []) or self._validated_weights()
        for variable, values in zip(self.network.serving.variables, weights, strict=True):
            variable.assign(values)
        self.run.write_vocabulary(self.data.sequences)
        save_network(self.run, in_full_precision(self.network, self.config, self.sizes))

    @property
    def _variables(self) -> list[Any]:
        """Every variable that a checkpoint contains."""
        return [*self.steps.variables, *self.averages.variables]

    def _validated_weights(self) -> list[Any]:
        """Return the weights that are validated and served: averaged where configured."""
        with self.averages.in_use(), self._best_members():
            return [np.asarray(variable) for variable in self.network.serving.variables]

    @contextmanager
    def _best_members(self, epoch: int = 0) -> Iterator[None]:
        """Give each network of an ensemble the weights of its own best epoch for the context.

        ``epoch`` is one that has just ended, and may be the best of some. Where training does not
        end early, and with a network that is alone, nothing is changed.
        """
        members, best = self.network.members, self.state.best_members
        if len(members) == 1 or not self.config.early_stopping:
            yield
            return
        if epoch:
            update(best, members, epoch, lambda i: self.metrics.validation(i)[METRIC])
        with in_use(best, members):
            yield

    def _epoch(self, completed: int) -> dict[str, Any] | None:
        """Train and validate one epoch; return its metrics, or None where it was stopped."""
        random = np.random.default_rng((self.config.seed, completed))
        windows = training_windows(self.data.buyers, self.config.sequence_length, random)
        start = time.perf_counter()
        metrics = self._train_batches(windows, completed, random)
        if metrics is None:
            return None
        seconds = time.perf_counter() - start
        entry: dict[str, Any] = {"epoch": completed + 1, **metrics}
        with self.averages.in_use(), self._best_members(completed + 1):
            if self.steps.sampled:
                entry |= self.metrics.training(windows)
            entry |= {f"val_{name}": value for name, value in self.metrics.validation().items()}
        return entry | {"targets": len(windows.target), "seconds": round(seconds, 3)}

    def _train_batches(
        self, windows: Windows, completed: int, random: np.random.Generator
    ) -> dict[str, float] | None:
        """Take a step on every batch; return mean loss and accuracy, or None where stopped."""
        running, total = RunningMeans(), len(windows.target)
        config = self.config
        for batch in windows.batches(
            config.columns,
            config.batch_size,
            random,
            repeats=config.repeat_head,
            asking_time=config.asking_time,
            buyer=config.buyer_attributes,
            following=LATEST if config.transition_head else 0,
        ):
            if self.stop():
                return None
            done = running.epoch.targets / total
            rate = learning_rate(self.config, completed + done, self.state.plateaus)
            loss, correct = self.steps.train(batch, random, rate)
            if not np.isfinite(loss):
                raise NonFiniteLoss(
                    _(
                        "The loss became NaN or infinite in epoch {epoch}:"
                        " lower learning_rate (now {rate}) and train again."
                    ).format(epoch=completed + 1, rate=self.config.learning_rate)
                )
            self.averages.after_step(len(batch.target) / total)
            running.add(loss, correct, len(batch.target))
            self.state.steps += 1
            if running.report_is_due:
                done = running.epoch.targets / total
                self._report_steps(completed + 1, running, done, rate)
        return running.epoch.means

    def _report_steps(self, epoch: int, running: RunningMeans, done: float, rate: float) -> None:
        """Report the metrics of the steps since the last report."""
        metrics = running.take_recent() | {"learning_rate": rate, "progress": done}
        if self.steps.sampled:  # not comparable with a full softmax, and nothing is ranked
            metrics[self.steps.loss_name] = metrics.pop("loss")
            del metrics["accuracy"]
        for name, value in metrics.items():
            self.callback.metric(epoch, self.state.steps, name, value)
        self.callback.heartbeat()

    def _end_epoch(self, entry: dict[str, Any]) -> None:
        """Update the state by an epoch's metrics, write the checkpoint, and report the metrics."""
        state = self.state
        state.history.append(entry)
        best = best_epoch(state.history)["epoch"]
        if best == entry["epoch"]:
            state.best_epoch = best
            state.best_weights = self._validated_weights()
        elif (entry["epoch"] - state.best_epoch) % PLATEAU_PATIENCE == 0:
            state.plateaus += 1
        save(self.run, self._variables, state)
        self.callback.progress(steps=state.steps / state.epochs)
        self.run.write_json(HISTORY, state.history)
        self.callback.saved()
        for name, value in entry.items():
            if name != "epoch":
                self.callback.metric(entry["epoch"], None, name, float(value))
        self.callback.log(
            _("Epoch {epoch}: loss {loss:.4f}, validation loss {val_loss:.4f}.").format(
                epoch=entry["epoch"], loss=entry["loss"], val_loss=entry["val_loss"]
            )
        )

    def _ending(self) -> str:
        """Return the sentence that says whether patience or the limit of epochs ended training."""
        state, patience = self.state, self.config.early_stopping
        if self._patience_is_over():
            return ngettext(
                "Patience ended the training after epoch {epoch}: {n} epoch without a better"
                " validation NDCG@10 than that of epoch {best}.",
                "Patience ended the training after epoch {epoch}: {n} epochs without a better"
                " validation NDCG@10 than that of epoch {best}.",
                patience,
            ).format(epoch=state.epochs, n=patience, best=state.patience_start)
        return _(
            "The limit of epochs ended the training after epoch {epoch}; the best validation"
            " NDCG@10 is that of epoch {best}."
        ).format(epoch=state.epochs, best=state.best_epoch)

    def _patience_is_over(self) -> bool:
        patience, start = self.config.early_stopping, self.state.patience_start
        return bool(patience) and self.state.epochs - start >= patience


def _built(config: RunConfig, data: SplitData, other: RunFolder | None) -> RunConfig:
    """Return the configuration that the network is built from.

    It is adapted to the data, or after a warm start to the run that the training starts from, or
    that it has begun itself.
    """
    if not config.start_from or other is None:
        return adapt(config, data)
    return built_as(config, other.config(), config.start_from)
