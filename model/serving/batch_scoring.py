"""Batch scoring: ranked lists for all users of a dataset, streamed into a file."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from data.datasets.attribute_table import AttributeTable
from data.datasets.dataset import Dataset
from data.datasets.side_tables import BUYERS
from data.datasets.titles import product_titles
from data.errors import BadInput, Cancelled
from data.files import atomic_write
from data.i18n import _
from data.preparation.sequences import Floats, Longs, microseconds, to_microseconds
from data.preparation.user_history import histories as user_histories
from data.preparation.user_history import last_time
from model.baselines.base import log_sum_exp
from model.kernels.malloc import keep_freed
from model.metrics.ranking import top_k
from model.sequences.histories import Array, Histories
from model.serving.list_writer import FORMATS, RankedLists, RankedListWriter
from model.serving.predictor import Predictor
from model.serving.rules.ranking import ruled_list
from model.serving.rules.rules_numpy import RuleTables

BLOCK_SIZE = 8192
"""Users whose lists are written at a time."""
TASKS_PER_THREAD = 4
"""Tasks into which a block is cut for each thread, as they do not take equally long."""
SCORES_PER_BATCH = 2**22
THREADS = os.cpu_count() or 1
MOST = 1_000


def score(
    folder: Path,
    dataset: Dataset,
    file: Path,
    *,
    k: int = 20,
    exclude_seen: bool = False,
    rules: RuleTables | None = None,
    on_progress: Callable[[int, int], object] = lambda _done, _total: None,
    on_left_out: Callable[[Counter[str]], object] = lambda _by_rule: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Write the top-k lists of all users and return the number of users.

    One row per user and rank: user, rank, product, title, probability, brand, category, price,
    repeat. A user without events after the run's preparation has no list.

    Parameters
    ----------
    folder : Path
        The run's folder.
    dataset : Dataset
        The dataset on which the run was trained.
    file : Path
        File to write, ``.parquet`` or ``.csv``; it is replaced atomically.
    k : int
        Products of a list.
    exclude_seen : bool
        Whether products that the history has a target of are excluded.
    rules : RuleTables, optional
        Rules of a placement on the catalogue of the run.
    on_progress : callable
        Called after every block with the number of users done and their total.
    on_left_out : callable
        Called after every block of lists under rules: how many products of the model's own lists
        each rule has kept out of the lists of the block.
    should_stop : callable
        Called before every block; True stops the scoring.

    Raises
    ------
    BadInput
        For another file type, a ``k`` out of range, or a run without a model.
    Cancelled
        Where ``should_stop`` returned True.
    """
    if file.suffix not in FORMATS:
        raise BadInput(_("{file} has to end in .parquet or .csv.").format(file=file.name))
    if not 1 <= k <= MOST:
        raise BadInput(_("k cannot be “{k}”: it takes a whole number from 1 to 1,000.").format(k=k))
    if not file.parent.is_dir():
        raise BadInput(_("There is no folder {folder}.").format(folder=file.parent))
    keep_freed()
    model = Predictor(folder).with_titles(product_titles(dataset))
    total = _count_users(dataset)
    done = 0
    with (
        atomic_write(file) as temporary,
        threadpool_limits(1),  # BLAS runs in the thread that calls it
        thread_pool(THREADS) as pool,
        RankedListWriter(model, temporary) as writer,
    ):
        results = (
            start_ranking(
                model, users, histories, pool, k=k, exclude_seen=exclude_seen, rules=rules
            )
            for users, histories in _blocks(model, dataset)
        )
        for result in _prefetch(results):
            if should_stop():
                raise Cancelled
            lists = result()
            writer.add(lists)
            on_left_out(lists.left_out)
            done += len(lists.users)
            on_progress(done, max(total, done))
    return done


@contextmanager
def thread_pool(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Yield an executor; tasks that have not started at the end of the block are cancelled."""
    pool = ThreadPoolExecutor(threads)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def start_ranking(
    model: Predictor,
    users: Array,
    histories: Histories,
    pool: ThreadPoolExecutor,
    *,
    k: int,
    exclude_seen: bool,
    rules: RuleTables | None = None,
) -> Callable[[], RankedLists]:
    """Submit the ranking of a block of users; return a function that waits for the lists.

    Histories of similar length are batched together, the longest first.
    """
    products = len(model.catalogue.products)
    k = min(k, products)
    lists = RankedLists(
        users,
        np.full((len(users), k), -1, dtype=np.int64),
        np.zeros((len(users), k)),
        np.zeros((len(users), k), dtype=bool),
    )
    order = np.argsort(-histories.lengths, kind="stable")
    task_size = max(-(-len(order) // (TASKS_PER_THREAD * THREADS)), 1)
    batch_size = max(SCORES_PER_BATCH // products, 8)

    def rank(begin: int) -> Counter[str]:
        left_out = Counter[str]()
        task = order[begin : begin + task_size]
        task_histories = histories.select(task)
        targets = task_histories.of_targets()
        counts = targets.matrix(products)
        task_histories = model.recommender.read(task_histories)
        for rows, scores in model.recommender.score_batches(task_histories, batch_size):
            log_total = log_sum_exp(scores)
            if exclude_seen:
                scores[counts[rows].nonzero()] = -np.inf
            top = top_k(scores, k)
            if rules is not None:
                top = _under_rules(rules, targets.select(rows), scores, top, left_out)
            top_scores = np.take_along_axis(scores, np.maximum(top, 0), axis=1)
            top_scores[top < 0] = -np.inf
            lists.top[task[rows]] = np.where(np.isfinite(top_scores), top, -1)
            lists.probability[task[rows]] = np.exp(top_scores - log_total)
        top = np.maximum(lists.top[task], 0)
        own_counts = counts[np.arange(len(task))[:, None], top]
        lists.repeat[task] = np.asarray(own_counts.todense()) > 0
        return left_out

    tasks = pool.map(rank, range(0, len(order), task_size))

    def wait() -> RankedLists:
        for left_out in tasks:
            lists.left_out.update(left_out)
        return lists

    return wait


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


def _prefetch(
    results: Iterator[Callable[[], RankedLists]],
) -> Iterator[Callable[[], RankedLists]]:
    """Yield each result after the next one is submitted, so that no thread waits for the writer."""
    current = next(results, None)
    while current is not None:
        following = next(results, None)
        yield current
        current = following


def _count_users(dataset: Dataset) -> int:
    with dataset.connect() as connection:
        row = connection.execute("SELECT count(*) FROM users").fetchone()
    return int(row[0]) if row else 0


def _blocks(model: Predictor, dataset: Dataset) -> Iterator[tuple[Array, Histories]]:
    """Yield blocks of users and their histories, asked at the end of the log."""
    end = last_time(dataset)
    at = None if end is None else to_microseconds(end)
    with dataset.connect() as connection:
        buyers = AttributeTable.read(connection, dataset, BUYERS)
    rest = pd.DataFrame()
    for frame in user_histories(dataset, model.preparation):
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
