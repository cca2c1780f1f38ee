"""The interface of networks and baselines: a recommender scores the catalogue for histories."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, Floats, Longs
from model.sequences.histories import Histories, stored_entries

Kind = Literal["network", "baseline"]


class Recommender(ABC):
    """Scores every product of the catalogue for each history; the highest score ranks first.

    Attributes
    ----------
    name : str
        Key of the model in evaluations and stored files.
    kind : {"network", "baseline"}
    probabilistic : bool
        Whether the softmax of the scores is a probability distribution over the catalogue.
    reads_buyer : bool
        Whether the scores depend on attributes of the buyer.
    reads_times : bool
        Whether the scores depend on the times of the events of a history, or of asking.
    """

    name: str
    kind: ClassVar[Kind] = "baseline"
    probabilistic: ClassVar[bool] = False
    reads_buyer: bool = False
    reads_times: bool = False

    def read(self, histories: Histories) -> Histories:
        """Return the histories with the events that the model reads: here all of them.

        Callers pass the result to ``scores`` and the other methods.
        """
        return histories

    @abstractmethod
    def scores(self, histories: Histories) -> Floats:
        """Return the scores, float32 [histories, products]."""

    def score_batches(
        self, histories: Histories, batch_size: int
    ) -> Iterator[tuple[slice, Floats]]:
        """Yield batches of rows and their scores, float32 [rows, products]."""
        for begin in range(0, len(histories), batch_size):
            rows = slice(begin, begin + batch_size)
            yield rows, self.scores(histories.select(rows))


class Baseline(Recommender):
    """A model that is fitted in closed form or by counting.

    Subclasses name their hyperparameters in the constructor, fill ``state`` in ``fit`` and read it
    in ``scores``. What they get are the targets of histories, or, with ``reads_all``, the events of
    every type, whose columns ``type`` and ``target`` tell them apart; validation chooses. A new
    baseline is added by its module and one line of ``model.baselines``; an
    installed package adds one by an entry point of the group ``vitrina.baselines``.

    Attributes
    ----------
    settings : dict
        Hyperparameters.
    state : dict
        Fitted arrays and sparse matrices by name, as they are stored.
    grid : tuple of dict
        Hyperparameters to choose from on the validation targets; empty for most.
    reads_all : bool
        Whether it reads the events of every type, not the targets alone.
    fit_once : bool
        Whether the hyperparameters change the scores only, so that one fit serves the whole grid.
    """

    grid: ClassVar[tuple[dict[str, float], ...]] = ()
    fit_once: ClassVar[bool] = False

    def __init__(self, **settings: float) -> None:
        self.settings = settings
        self.state: dict[str, Any] = {}
        self.reads_all = False

    def read(self, histories: Histories) -> Histories:
        """Return the histories with the events that the baseline reads."""
        return histories if self.reads_all else histories.of_targets()

    @abstractmethod
    def fit(self, users: Histories, products: int) -> None:
        """Fit on the training events and set ``state``.

        Parameters
        ----------
        users : Histories
            The training events of each user.
        products : int
            Number of products in the catalogue.
        """

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the scores of one history, float32 [products], in NumPy alone.

        Exported bundles, which run without Vitrina, hold the source of this method. It may use
        ``np``, ``numpy_ops``, and what its module defines by these two. A baseline without it is
        evaluated as all others, but a blend leaves it out, as an exported blend could not run.

        Parameters
        ----------
        state : dict
            Arrays as ``model.baselines.serialization`` stores them.
        settings : dict
        history : model.baselines.numpy_ops.History
            The events that the baseline reads, oldest first.
        """
        raise NotImplementedError

    @classmethod
    def has_numpy_scores(cls) -> bool:
        """Return whether the baseline defines ``numpy_scores``."""
        return cls.numpy_scores is not Baseline.numpy_scores


class SparseBaseline(Baseline):
    """A baseline that gives most products the same score for every history."""

    @property
    def default_scores(self) -> Floats:
        """The score of each product for every history, float32 [products]."""
        shares: Floats = self.state["shares"]
        return shares

    @abstractmethod
    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return the scores that differ from the default ones.

        A float32 CSR matrix, [histories, products], whose entries replace the default scores; an
        entry may be zero.
        """

    def scores(self, histories: Histories) -> Floats:
        """Return the default scores, with the personal ones in their places.

        Shape: float32 [histories, products].
        """
        scores: Floats = np.tile(self.default_scores, (len(histories), 1))
        personal = self.personal_scores(histories)
        scores[stored_entries(personal)] = personal.data
        return scores


def popularity(users: Histories, products: int) -> Longs:
    """Return the number of training events of each product, [products]."""
    codes = users.flat("product")
    return np.bincount(codes[codes >= FIRST] - FIRST, minlength=products).astype(np.int64)


def popularity_shares(users: Histories, products: int) -> Floats:
    """Return each product's share of the training events, float32 [products].

    Above 0 and below 1: the logarithm is finite, and the share breaks ties of integer scores.
    """
    counts = popularity(users, products) + 1e-9
    shares: Floats = (counts / (counts.sum() + 1)).astype(np.float32)
    return shares


def log_sum_exp(scores: Floats) -> Floats:
    """Return the log-sum-exp of each row, float64 [rows, 1]."""
    from model.kernels.math import log_totals

    result: Floats = np.empty(len(scores), dtype=np.float64)
    log_totals(np.ascontiguousarray(scores), result)
    return result[:, None]


def log_softmax(scores: Floats) -> Floats:
    """Return the logarithm of the softmax of each row."""
    result: Floats = scores - log_sum_exp(scores)
    return result
