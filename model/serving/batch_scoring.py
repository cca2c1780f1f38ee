"""Scoring: ranked lists for every buyer, streamed into one file in bounded memory."""

import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from data.datasets.store import Dataset
from data.errors import BadInput, Cancelled
from data.i18n import _
from data.preparation.sequences import Ints, Longs
from data.preparation.user_history import histories as recorded
from model.baselines.base import log_sum_exp
from model.kernels.malloc import keep_freed
from model.metrics.ranking import top_k
from model.sequences.histories import Array, Histories
from model.serving.list_writer import FORMATS, Lists, ListWriter
from model.serving.predictor import Predictor

BLOCK = 8192
PARTS = 4
"""Into how many parts for each thread a block is cut: they do not take equally long."""
SCORES_AT_ONCE = 2**22
CORES = os.cpu_count() or 1
MOST = 1_000

Tell = Callable[[int, int], object]


def score(
    folder: Path,
    dataset: Dataset,
    file: Path,
    *,
    k: int = 20,
    exclude_seen: bool = False,
    tell: Tell = lambda _done, _all: None,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Write the ranked lists of every buyer; return how many buyers there are.

    One row a buyer and rank: user, rank, product, probability, brand, category, price, repeat. A
    buyer of whom the run's preparation keeps nothing has no list.

    Parameters
    ----------
    folder : Path
        The run's folder.
    dataset : Dataset
        The one that the run was trained on.
    file : Path
        What to write, ``.parquet`` or ``.csv``; it is there whole or not at all.
    k : int
        Products of a list.
    exclude_seen : bool
        Whether products of the history are left out.
    tell : callable
        Told how many buyers are done, and of how many, after every block.
    stopped : callable
        Asked after every block; True ends the work.

    Raises
    ------
    BadInput
        For another kind of file, a ``k`` out of range, or a run without a model.
    Cancelled
        Where it was stopped.
    """
    if file.suffix not in FORMATS:
        raise BadInput(_("{file} has to end in .parquet or .csv.").format(file=file.name))
    if not 1 <= k <= MOST:
        raise BadInput(_("k cannot be “{k}”: it takes a whole number from 1 to 1,000.").format(k=k))
    if not file.parent.is_dir():
        raise BadInput(_("There is no folder {folder}.").format(folder=file.parent))
    keep_freed()
    model = Predictor(folder)
    total = _count(dataset)
    temporary = file.with_name(f".{secrets.token_hex(4)}-{file.name}")
    done = 0
    try:
        with (
            threadpool_limits(1),  # of a matrix product: each thread here has its part already
            threads(CORES) as pool,
            ListWriter(model, temporary) as lists,
        ):
            begun = (
                ranked(model, users, histories, pool, k=k, exclude_seen=exclude_seen)
                for users, histories in _blocks(model, dataset)
            )
            for block in _ahead(begun):
                if stopped():
                    raise Cancelled
                found = block()
                lists.add(found)
                done += len(found.users)
                tell(done, max(total, done))
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    return done


@contextmanager
def threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """Give some threads; whatever they have not begun when the block ends is not begun any more."""
    pool = ThreadPoolExecutor(number)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def ranked(
    model: Predictor,
    users: Array,
    histories: Histories,
    pool: ThreadPoolExecutor,
    *,
    k: int,
    exclude_seen: bool,
) -> Callable[[], Lists]:
    """Begin the lists of some buyers; return what waits for them.

    Histories of like length are scored together, the longest first.
    """
    products = len(model.products)
    k = min(k, products)
    found = Lists(
        users,
        np.full((len(users), k), -1, dtype=np.int64),
        np.zeros((len(users), k)),
        np.zeros((len(users), k), dtype=bool),
    )
    order = np.argsort(-histories.lengths, kind="stable")
    together = max(-(-len(order) // (PARTS * CORES)), 1)
    step = max(SCORES_AT_ONCE // products, 8)

    def fill(begin: int) -> None:
        some = order[begin : begin + together]
        part = histories.some(some)
        held = part.matrix(products)
        for rows, scores in model.recommender.score_batches(part, step):
            total = log_sum_exp(scores)
            if exclude_seen:
                scores[held[rows].nonzero()] = -np.inf
            best = top_k(scores, k)
            of_best = np.take_along_axis(scores, best, axis=1)
            found.best[some[rows]] = np.where(np.isfinite(of_best), best, -1)
            found.chance[some[rows]] = np.exp(of_best - total)
        best = np.maximum(found.best[some], 0)
        found.repeat[some] = np.asarray(held[np.arange(len(some))[:, None], best].todense()) > 0

    work = pool.map(fill, range(0, len(order), together))

    def wait() -> Lists:
        list(work)
        return found

    return wait


def _ahead(blocks: Iterator[Callable[[], Lists]]) -> Iterator[Callable[[], Lists]]:
    """Yield what was begun when the next one is, too: no core waits while lists are written."""
    waiting = next(blocks, None)
    while waiting is not None:
        following = next(blocks, None)
        yield waiting
        waiting = following


def _count(dataset: Dataset) -> int:
    with dataset.connect() as connection:
        row = connection.execute("SELECT count(*) FROM users").fetchone()
    return int(row[0]) if row else 0


def _blocks(model: Predictor, dataset: Dataset) -> Iterator[tuple[Array, Histories]]:
    """Yield buyers and their histories, some thousands at a time."""
    users: Array = np.zeros(0, dtype=object)
    codes: Ints = np.zeros(0, dtype=np.int32)
    for frame in recorded(dataset, model.preparation):
        users = np.concatenate([users, frame["user"].to_numpy(dtype=object)])
        codes = np.concatenate([codes, model.codes(frame["product"])])
        stop = _ends(users)
        whole = (len(stop) - 1) // BLOCK * BLOCK  # the last buyer may go on in the next frame
        for begin in range(0, whole, BLOCK):
            yield _block(model, users, codes, stop, slice(begin, begin + BLOCK))
        if whole:
            users, codes = users[stop[whole - 1] :], codes[stop[whole - 1] :]
    stop = _ends(users)
    for begin in range(0, len(stop), BLOCK):
        yield _block(model, users, codes, stop, slice(begin, begin + BLOCK))


def _block(
    model: Predictor, users: Array, codes: Ints, stop: Longs, chosen: slice
) -> tuple[Array, Histories]:
    ends = stop[chosen]
    begin = stop[chosen.start - 1] if chosen.start else 0
    return users[ends - 1], model.histories_of_codes(codes[begin : ends[-1]], ends - begin)


def _ends(users: Array) -> Longs:
    """Return where each buyer's events end; they stand together."""
    if not len(users):
        return np.zeros(0, dtype=np.int64)
    return np.append(np.flatnonzero(users[1:] != users[:-1]) + 1, len(users)).astype(np.int64)
