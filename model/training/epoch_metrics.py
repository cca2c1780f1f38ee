"""Loss, accuracy and ranking metrics of a network in training, after each epoch."""

from collections.abc import Callable
from typing import Any

import numpy as np

from model.baselines.tuning import excludes_seen
from model.config.run_config import RunConfig
from model.metrics.held_out import HeldOutTargets
from model.metrics.protocol_metrics import metrics_of
from model.sequences.split_data import SplitData
from model.sequences.windows import Windows, target_windows
from model.training.step import CompiledSteps

MOST_EVENTS = 4096
"""Events of a batch, at most; fewer where the catalogue is large."""
MOST_LOGITS = 2**24
"""Logits of a batch, at most."""
TRAINING_SAMPLE = 2000
"""Training targets on which a network with a sampled loss is evaluated."""


class EpochMetrics:
    """Evaluates a network on the validation targets and on a sample of the training targets.

    Parameters
    ----------
    steps : CompiledSteps
        Those of the network in training: its weights are those of the moment of a call.
    data : SplitData
    config : RunConfig
    heartbeat : callable
        Called after every batch.
    """

    def __init__(
        self,
        steps: CompiledSteps,
        data: SplitData,
        config: RunConfig,
        heartbeat: Callable[[], None],
    ) -> None:
        self._steps, self._config, self._heartbeat = steps, config, heartbeat
        self._targets, self._products = data.split.validation, data.products
        histories = data.histories(self._targets)
        self._windows = target_windows(histories, self._targets, config.sequence_length)
        self._held_out = HeldOutTargets.of(data, self._targets)
        self._excludes_seen = excludes_seen(data)

    def validation(self, member: int | None = None) -> dict[str, float]:
        """Return loss, accuracy and ranking metrics on the validation targets.

        They are those of the network that is served, or of one member of an ensemble.

        Cold targets (products that training has not seen) count as misses, and not in the loss.
        Loss and accuracy are means over targets and rank all products, as in training, also where
        targets are in sets. Ranking metrics are without the products of the history where no
        validation target is one, as in the choice of the baselines' settings.
        """
        losses, ranks, unseen_ranks = self._evaluate(
            self._windows, seen=self._excludes_seen, member=member
        )
        ranking_ranks = np.full(len(self._targets), self._products + 1)
        ranking_ranks[np.searchsorted(self._targets, self._windows.target)] = unseen_ranks
        means = self._held_out.figures(ranking_ranks).means
        ranking = {name: means[name] for name in metrics_of(self._config.protocol).epoch}
        accuracy = float((ranks == 1).sum() / len(self._targets))
        return {"loss": float(losses.mean()), "accuracy": accuracy, **ranking}

    def training(self, windows: Windows) -> dict[str, float]:
        """Return loss and accuracy over all products on a sample of the training windows.

        They are comparable with those of validation, which a sampled loss is not.
        """
        random = np.random.default_rng(self._config.seed)
        losses, ranks, _unseen_ranks = self._evaluate(windows.sample(TRAINING_SAMPLE, random))
        return {"loss": float(losses.mean()), "accuracy": float((ranks == 1).mean())}

    def _evaluate(
        self, windows: Windows, *, seen: bool = False, member: int | None = None
    ) -> tuple[Any, Any, Any]:
        """Return the loss and the two ranks of every target, each of shape (targets,).

        The second rank is without the products of the targets in the history where ``seen``.
        """
        losses = np.zeros(len(windows.target))
        ranks, unseen_ranks = np.zeros((2, len(windows.target)), dtype=np.int64)
        size = max(min(MOST_EVENTS, MOST_LOGITS // max(self._products, 1)), 1)
        config = self._config
        for batch in windows.batches(
            config.columns,
            size,
            repeats=config.repeat_head,
            asking_time=config.asking_time,
            buyer=config.buyer_attributes,
            seen=seen,
        ):
            loss, rank, unseen_rank = self._steps.evaluate(batch, member)
            losses[batch.number], ranks[batch.number] = loss, rank
            unseen_ranks[batch.number] = unseen_rank
            self._heartbeat()
        return losses, ranks, unseen_ranks
