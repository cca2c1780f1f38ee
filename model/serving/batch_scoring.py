"""Batch scoring: ranked lists for all users of a dataset, streamed into a file."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from threadpoolctl import threadpool_limits

from data.datasets.dataset import Dataset
from data.datasets.titles import product_titles
from data.errors import BadInput, Cancelled
from data.files import atomic_write
from data.i18n import _
from model.kernels.malloc import keep_freed
from model.kernels.threads import THREADS, thread_pool
from model.serving.list_writer import FORMATS, RankedListWriter
from model.serving.part_scoring import PartScoring, Step
from model.serving.predictor import Predictor
from model.serving.ranked_part import OtherProcesses, PartFolder
from model.serving.rules.rules_numpy import RuleTables

MOST = 1_000


def score(
    folder: Path,
    dataset: Dataset,
    file: Path,
    *,
    k: int = 20,
    exclude_seen: bool = False,
    rules: RuleTables | None = None,
    kept: Path | None = None,
    others: OtherProcesses | None = None,
    on_progress: Callable[[int, int], object] = lambda _done, _total: None,
    on_left_out: Callable[[Counter[str]], object] = lambda _by_rule: None,
    on_kept: Callable[[], object] = lambda: None,
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
    kept : Path, optional
        Folder in which finished parts wait for the file, if it has several: another call, after
        one that did not end, does not compute them again. It is removed at the end.
    others : OtherProcesses, optional
        They compute some of several parts at the same time, by ``score_parts``.
    on_progress : callable
        Called after every block with the number of users done and their total.
    on_left_out : callable
        Called after every block of lists under rules: how many products of the model's own lists
        each rule has kept out of the lists of the block.
    on_kept : callable
        Called after a part was kept.
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
        scoring = PartScoring(model, dataset, pool, k=k, exclude_seen=exclude_seen, rules=rules)
        parts = PartFolder(kept, scoring.plan(folder))
        for result in _prefetch(scoring.steps(parts, others)):
            if should_stop():
                raise Cancelled
            lists = result()
            if lists is None:
                on_kept()
                continue
            writer.add(lists)
            on_left_out(lists.left_out)
            done += len(lists.users)
            on_progress(done, max(total, done))
    parts.remove()
    return done


def score_parts(
    folder: Path,
    dataset: Dataset,
    kept: Path,
    numbers: Collection[int],
    *,
    k: int,
    exclude_seen: bool,
    rules: RuleTables | None = None,
    on_progress: Callable[[int, int], object] = lambda _done, _total: None,
    on_kept: Callable[[], object] = lambda: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    """Compute some parts of the lists of all users and keep them in a folder.

    Parameters
    ----------
    numbers : collection of int
        Of the parts, from 0.
    on_progress : callable
        Called with the number of parts done and of all ``numbers``.
    folder, dataset, kept, k, exclude_seen, rules, on_kept, should_stop
        As in ``score``.

    Raises
    ------
    BadInput, Cancelled
        As ``score``.
    """
    keep_freed()
    model = Predictor(folder)
    with threadpool_limits(1), thread_pool(THREADS) as pool:
        scoring = PartScoring(model, dataset, pool, k=k, exclude_seen=exclude_seen, rules=rules)
        parts = PartFolder(kept, scoring.plan(folder))
        missing = [number for number in numbers if parts.read(number) is None]
        done = len(numbers) - len(missing)
        on_progress(done, len(numbers))
        for result in _prefetch(scoring.compute(parts, missing)):
            if should_stop():
                raise Cancelled
            if result() is None:
                done += 1
                on_kept()
                on_progress(done, len(numbers))


def _prefetch(
    results: Iterator[Step],
) -> Iterator[Step]:
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
