"""Ranked lists of all users of a dataset in parts, on the threads of a process."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.checksums import sha256
from data.datasets.attribute_table import AttributeTable
from data.datasets.dataset import Dataset
from data.datasets.side_tables import BUYERS
from data.preparation.sequences import Floats, Longs, microseconds, to_microseconds
from data.preparation.user_history import every_nth_user, last_time
from data.preparation.user_history import histories as user_histories
from model.baselines.base import log_sum_exp
from model.kernels.threads import THREADS
from model.metrics.ranking import top_k
from model.run_files import BLEND, BUYER_ATTRIBUTES, CONFIG, EVENT_TYPES, MODEL, VOCABULARY
from model.sequences.histories import Array, Histories
from model.serving.equal_histories import history_keys
from model.serving.list_writer import RankedLists
from model.serving.predictor import Predictor
from model.serving.ranked_part import OtherProcesses, PartFolder, RankedPart, digest_of_rules
from model.serving.rules.ranking import ruled_list
from model.serving.rules.rules_numpy import RuleTables

BLOCK_SIZE = 8192
"""Users whose lists are written at a time."""
PART_BLOCKS = 16
"""Blocks of a part, whose lists are kept until all are there; fewer where lists are long."""
TASKS_PER_THREAD = 4
"""Tasks into which a block is cut for each thread, as they do not take equally long."""
SCORES_PER_BATCH = 2**22
_MODEL_FILES = (CONFIG, MODEL, BLEND, VOCABULARY, EVENT_TYPES, BUYER_ATTRIBUTES)

Step = Callable[[], RankedLists | None]
"""Waits for lists and returns them; None where it has kept a part instead."""


class PartScoring:
    """Ranks the users of a dataset in parts, on the threads of a pool.

    Parameters
    ----------
    model : Predictor
    dataset : Dataset
    pool : ThreadPoolExecutor
    k, exclude_seen, rules
        As in ``batch_scoring.score``.
    """

    def __init__(
        self,
        model: Predictor,
        dataset: Dataset,
        pool: ThreadPoolExecutor,
        *,
        k: int,
        exclude_seen: bool,
        rules: RuleTables | None,
    ) -> None:
        self._model = model
        self._dataset = dataset
        self._pool = pool
        self._k = min(k, len(model.catalogue.products))
        self._exclude_seen = exclude_seen
        self._rules = rules
        # A part takes no more memory where its lists are longer.
        self._part_size = BLOCK_SIZE * max(PART_BLOCKS * 20 // self._k, 1)
        self._bounds = [None, *every_nth_user(dataset, self._part_size), None]

    def plan(self, folder: Path) -> dict[str, Any]:
        """Return as JSON what the lists of the run in a folder depend on."""
        files = [file for file in map(folder.joinpath, _MODEL_FILES) if file.exists()]
        return {
            "dataset": [self._dataset.name, self._dataset.manifest.version],
            "model": {file.name: sha256(file) for file in files},
            "k": self._k,
            "exclude_seen": self._exclude_seen,
            "rules": digest_of_rules(self._rules),
            "bounds": self._bounds,
        }

    def steps(self, parts: PartFolder, others: OtherProcesses | None = None) -> Iterator[Step]:
        """Yield the steps that compute all lists, in order; each begins when it is yielded."""
        count = len(self._bounds) - 1
        if others is not None and count > 1:
            others.start([number for number in range(count) if parts.read(number) is None])
        for number in range(count):
            kept = parts.read(number)
            if kept is None and others is not None and count > 1:
                kept = parts.read(number, others.wait(number))
            if kept is None:
                yield from self.compute(parts, [number])
                continue
            for begin in range(0, len(kept.users), BLOCK_SIZE):
                yield partial(kept.lists, begin, begin + BLOCK_SIZE)

    def compute(self, parts: PartFolder, numbers: Sequence[int]) -> Iterator[Step]:
        """Yield the steps that compute some parts; of several, each is stored at its end."""
        for number in numbers:
            part = _GrowingPart(self._part_size, self._k)
            first, end = self._bounds[number : number + 2]
            for users, histories in _blocks(self._model, self._dataset, first, end):
                yield self._start(part, users, histories)
            if len(self._bounds) > 2:
                yield partial(self._keep, parts, number, part)

    def _start(self, part: "_GrowingPart", users: Array, histories: Histories) -> Step:
        """Submit the ranking of a block of users to the pool.

        Histories of similar length are batched together, the longest first.
        """
        rows, new = part.add(users, self._keys(histories))
        ranked = histories.select(new)
        order = np.argsort(-ranked.lengths, kind="stable")
        task_size = max(-(-len(order) // (TASKS_PER_THREAD * THREADS)), 1)
        tasks = self._pool.map(
            lambda begin: self._rank(ranked, order[begin : begin + task_size], part, rows[new]),
            range(0, len(order), task_size),
        )

        def wait() -> RankedLists:
            left_out = Counter[str]()
            for by_rule in tasks:
                left_out.update(by_rule)
            part.left_out.update(left_out)
            return part.lists(users, rows, left_out)

        return wait

    def _keys(self, histories: Histories) -> list[Hashable]:
        """Return keys, of which two are equal where the lists of two histories are."""
        if self._rules is not None:  # what a rule has left out is counted for every user
            return [object() for _row in range(len(histories))]
        return [*history_keys(histories, times=self._model.recommender.reads_times)]

    def _rank(
        self, histories: Histories, task: Longs, part: "_GrowingPart", rows: Longs
    ) -> Counter[str]:
        """Write the lists of some of the histories into the rows of a part that are theirs."""
        left_out = Counter[str]()
        products = len(self._model.catalogue.products)
        batch_size = max(SCORES_PER_BATCH // products, 8)
        histories, places = histories.select(task), rows[task]
        targets = histories.of_targets()
        counts = targets.matrix(products)
        histories = self._model.recommender.read(histories)
        for batch, scores in self._model.recommender.score_batches(histories, batch_size):
            log_total = log_sum_exp(scores)
            if self._exclude_seen:
                scores[counts[batch].nonzero()] = -np.inf
            top = top_k(scores, self._k)
            if self._rules is not None:
                top = _under_rules(self._rules, targets.select(batch), scores, top, left_out)
            top_scores = np.take_along_axis(scores, np.maximum(top, 0), axis=1)
            top_scores[top < 0] = -np.inf
            part.top[places[batch]] = np.where(np.isfinite(top_scores), top, -1)
            part.probability[places[batch]] = np.exp(top_scores - log_total)
        top = np.maximum(part.top[places], 0)
        own_counts = counts[np.arange(len(task))[:, None], top]
        part.repeat[places] = np.asarray(own_counts.todense()) > 0
        return left_out

    @staticmethod
    def _keep(parts: PartFolder, number: int, part: "_GrowingPart") -> None:
        parts.write(number, part.whole())


class _GrowingPart:
    """The lists of a part while they are computed: one for the users with equal histories.

    Parameters
    ----------
    size : int
        Users at most.
    k : int
        Length of a list.
    """

    def __init__(self, size: int, k: int) -> None:
        self.top = np.zeros((size, k), dtype=np.int32)
        self.probability = np.zeros((size, k))
        self.repeat = np.zeros((size, k), dtype=bool)
        self.left_out = Counter[str]()
        self._users: list[Array] = []
        self._rows: list[Longs] = []
        self._known: dict[Hashable, int] = {}

    def add(self, users: Array, keys: Sequence[Hashable]) -> tuple[Longs, Longs]:
        """Return the rows of a block of users, and which of them begin a row."""
        before, known = len(self._known), self._known
        rows = np.array([known.setdefault(key, len(known)) for key in keys], dtype=np.int64)
        self._users.append(users)
        self._rows.append(rows)
        values, first = np.unique(rows, return_index=True)
        return rows, first[values >= before]

    def lists(self, users: Array, rows: Longs, left_out: Counter[str]) -> RankedLists:
        """Return the lists of a block of users."""
        return RankedLists(
            users,
            self.top[rows].astype(np.int64),
            self.probability[rows],
            self.repeat[rows],
            left_out,
        )

    def whole(self) -> RankedPart:
        """Return the part with all of its lists."""
        size = len(self._known)
        return RankedPart(
            np.concatenate([np.zeros(0, dtype=object), *self._users]),
            np.concatenate([np.zeros(0, dtype=np.int64), *self._rows]),
            self.top[:size],
            self.probability[:size],
            self.repeat[:size],
            self.left_out,
        )


def _under_rules(
    rules: RuleTables, targets: Histories, scores: Floats, top: Longs, left_out: Counter[str]
) -> Longs:
    """Return the lists under rules, -1 behind the end of shorter ones.

    What each rule has kept out of the model's own lists, ``top``, is added to ``left_out``.
    """
    result = np.full_like(top, -1)
    for row, own in enumerate(top):
        ruled = ruled_list(rules, targets, row, scores[row], len(own))
        left_out.update(ruled.missing(own[np.isfinite(scores[row, own])]).values())
        result[row, : len(ruled.top)] = ruled.top
    return result


def _blocks(
    model: Predictor, dataset: Dataset, first: str | None, stop_before: str | None
) -> Iterator[tuple[Array, Histories]]:
    """Yield blocks of users of a part and their histories, asked at the end of the log."""
    end = last_time(dataset)
    at = None if end is None else to_microseconds(end)
    with dataset.connect() as connection:
        buyers = AttributeTable.read(connection, dataset, BUYERS)
    rest = pd.DataFrame()
    for frame in user_histories(dataset, model.preparation, first, stop_before):
        events = pd.concat([rest, frame], ignore_index=True)
        stop = _stops(events["user"].to_numpy(dtype=object))
        # The last user's events may continue in the next frame.
        complete = (len(stop) - 1) // BLOCK_SIZE * BLOCK_SIZE
        yield from _full_blocks(model, events, stop[:complete], at, buyers)
        rest = events.iloc[stop[complete - 1] if complete else 0 :]
    if len(rest):
        stop = _stops(rest["user"].to_numpy(dtype=object))
        yield from _full_blocks(model, rest, stop, at, buyers)


def _full_blocks(
    model: Predictor, events: pd.DataFrame, stop: Longs, at: int | None, buyers: AttributeTable
) -> Iterator[tuple[Array, Histories]]:
    """Yield the users and histories of events, whose users end at ``stop``, in blocks."""
    for first in range(0, len(stop), BLOCK_SIZE):
        stops = stop[first : first + BLOCK_SIZE]
        begin = int(stop[first - 1]) if first else 0
        block = events.iloc[begin : stops[-1]]
        users = block["user"].to_numpy(dtype=object)[stops - begin - 1]
        codes, types = model.catalogue.codes(block["product"]), block["type"].to_numpy(dtype=object)
        times = microseconds(block["time"])
        known = model.inputs.codes_of_users(buyers, users)
        yield users, model.inputs.of_codes(codes, stops - begin, types, times, at, buyers=known)


def _stops(users: Array) -> Longs:
    """Return the end of each user's events in an array that is grouped by user."""
    if not len(users):
        return np.zeros(0, dtype=np.int64)
    return np.append(np.flatnonzero(users[1:] != users[:-1]) + 1, len(users)).astype(np.int64)
