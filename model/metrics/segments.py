"""Segments: for whom, and for what, a model is good."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from data.preparation.sequences import FIRST, UNKNOWN, Floats, Ints, Longs
from model.sequences.histories import Histories
from model.sequences.split_data import Task

SHOWN = ("hr@10", "ndcg@10", "mrr@10")
LENGTHS = (1, 2, 5, 10, 20, 50)
CATEGORIES = 8

Parts = dict[str, dict[str, npt.NDArray[np.bool_]]]


def repeats(histories: Histories, codes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Tell which targets are products that their history already holds."""
    same = histories.of("product") == codes[histories.rows()]
    found = np.zeros(len(histories), dtype=bool)
    np.logical_or.at(found, histories.rows()[same], True)
    return found & (codes >= FIRST)


def segments(task: Task, targets: Longs) -> Parts:
    """Return which targets belong to each segment: dimension → segment → mask [targets].

    Dimensions are ``target`` (repeat or explore), ``history`` (events before the target),
    ``popularity`` (tenths of training events, 1 the most popular, or never seen) and
    ``category`` (the most frequent first levels).
    """
    histories = task.histories(targets)
    codes = task.sequences.product[targets]
    again = repeats(histories, codes)
    return {
        "target": {"repeat": again, "explore": ~again},
        "history": dict(_by_length(histories.lengths)),
        "popularity": dict(_by_popularity(task, codes)),
        "category": dict(_by_category(task, targets)),
    }


def _by_length(lengths: Longs) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    ends = (*LENGTHS[1:], np.iinfo(np.int64).max)
    for low, end in zip(LENGTHS, ends, strict=True):
        name = f"{low}" if end == low + 1 else f"{low}–{end - 1}" if end < 1e9 else f"{low}+"
        yield name, (lengths >= low) & (lengths < end)


def _by_popularity(task: Task, codes: Ints) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    counts = task.popularity
    before = (np.cumsum(counts) - counts) / max(counts.sum(), 1)
    tenth = np.append(np.zeros(FIRST, dtype=np.int64), 1 + (before * 10).astype(np.int64))[codes]
    for number in range(1, 11):
        yield str(number), (tenth == number) & (codes >= FIRST)
    yield "never seen", codes < FIRST


def _by_category(task: Task, targets: Longs) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    paths = task.sequences.categories.ids
    firsts = np.array([str(path).split(".", 1)[0] for path in paths], dtype=object)
    codes = np.asarray(task.columns["category"])[targets]
    some = codes > UNKNOWN
    first = np.full(len(targets), "unknown", dtype=object)
    first[some] = firsts[codes[some] - FIRST]
    names, counts = np.unique(first.astype(str), return_counts=True)
    for name in names[np.argsort(-counts, kind="stable")][:CATEGORIES]:
        yield str(name), first == name


def summarise(parts: Parts, figures: Mapping[str, Floats]) -> dict[str, Any]:
    """Return the figures of one model by segment: dimension → segment → figures."""
    return {
        dimension: {
            name: {"targets": int(mask.sum())}
            | {shown: float(figures[shown][mask].mean()) for shown in SHOWN}
            for name, mask in masks.items()
            if mask.any()
        }
        for dimension, masks in parts.items()
    }
