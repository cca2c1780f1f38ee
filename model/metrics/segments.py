"""Metrics by segment: repeat purchases, history length, product popularity and category."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from data.preparation.sequences import FIRST, UNKNOWN, Ints, Longs
from model.metrics.held_out import HeldOutTargets
from model.sequences.histories import Histories
from model.sequences.split_data import SplitData

METRICS = ("hr@10", "ndcg@10", "mrr@10", "recall@10", "precision@10", "map@10")
"""Metrics of a segment; repeat purchases and new products have all that a set has."""
LENGTHS = (1, 2, 5, 10, 20, 50)
CATEGORIES = 8

Mask = npt.NDArray[np.bool_]


def are_repeats(histories: Histories, codes: npt.NDArray[Any]) -> Mask:
    """Return which targets, given by product code, are already in their history."""
    repeat = np.zeros(len(histories), dtype=bool)
    for block in histories.blocks():
        part = histories.select(block)
        rows = part.rows()
        repeat[block][rows[part.flat("product") == codes[block][rows]]] = True
    return repeat & (codes >= FIRST)


def segment_masks(task: SplitData, targets: Longs) -> dict[str, dict[str, Mask]]:
    """Return the targets of each segment: dimension → segment → mask [targets].

    Dimensions are ``target`` (repeat or explore), ``history`` (number of targets in the history),
    ``popularity`` (tenths of training targets, 1 the most popular, or never seen) and
    ``category`` (the most frequent first levels).
    """
    histories = task.histories(targets).of_targets()
    codes = task.sequences.product[targets]
    repeat = are_repeats(histories, codes)
    return {
        "target": {"repeat": repeat, "explore": ~repeat},
        "history": dict(_by_length(histories.lengths)),
        "popularity": dict(_by_popularity(task, codes)),
        "category": dict(_by_category(task, targets)),
    }


def _by_length(lengths: Longs) -> Iterator[tuple[str, Mask]]:
    ends = (*LENGTHS[1:], np.iinfo(np.int64).max)
    for low, end in zip(LENGTHS, ends, strict=True):
        name = f"{low}" if end == low + 1 else f"{low}–{end - 1}" if end < 1e9 else f"{low}+"
        yield name, (lengths >= low) & (lengths < end)


def _by_popularity(task: SplitData, codes: Ints) -> Iterator[tuple[str, Mask]]:
    counts = task.popularity
    before = (np.cumsum(counts) - counts) / max(counts.sum(), 1)
    tenth = np.append(np.zeros(FIRST, dtype=np.int64), 1 + (before * 10).astype(np.int64))[codes]
    for number in range(1, 11):
        yield str(number), (tenth == number) & (codes >= FIRST)
    yield "never seen", codes < FIRST


def _by_category(task: SplitData, targets: Longs) -> Iterator[tuple[str, Mask]]:
    paths = task.sequences.categories.ids
    first_levels = np.array([str(path).split(".", 1)[0] for path in paths], dtype=object)
    codes = np.asarray(task.columns["category"])[targets]
    known = codes > UNKNOWN
    first_level = np.full(len(targets), "unknown", dtype=object)
    first_level[known] = first_levels[codes[known] - FIRST]
    names, counts = np.unique(first_level.astype(str), return_counts=True)
    for name in names[np.argsort(-counts, kind="stable")][:CATEGORIES]:
        yield str(name), first_level == name


def metrics_by_segment(
    held_out: HeldOutTargets, masks: Mapping[str, Mapping[str, Mask]], rank: Longs
) -> dict[str, Any]:
    """Return a model's metrics by segment: dimension → segment → ``targets`` and metrics.

    Of a set, the targets of the segment alone are relevant, in the ranking of all products; sets
    that have none of them do not count.
    """

    def of_segment(dimension: str, mask: Mask) -> dict[str, Any]:
        values = held_out.figures(rank, mask).means
        whole = dimension == "target" and held_out.sets is not None
        chosen = {name: value for name, value in values.items() if whole or name in METRICS}
        return {"targets": int(mask.sum())} | chosen

    return {
        dimension: {
            name: of_segment(dimension, mask) for name, mask in segments.items() if mask.any()
        }
        for dimension, segments in masks.items()
    }
