"""Keys of histories: those of two histories are equal where the histories are."""

import numpy as np

from model.sequences.histories import Array, Histories

_SEEDS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
"""Two hashes of 64 bits make one of 128, of which two do not meet by chance."""


def history_keys(histories: Histories, *, times: bool) -> list[bytes]:
    """Return a key of each history: a hash of all that its list depends on.

    Parameters
    ----------
    histories : Histories
        As ``HistoryInputs.of_codes`` makes them, whose other columns follow from these; none is
        empty.
    times : bool
        Whether the list depends on when events happened.

    Examples
    --------
    >>> names = ("product", "type", "time")
    >>> columns = dict.fromkeys(names, np.array([2, 3, 2, 3, 3]))
    >>> histories = Histories(columns, np.array([0, 2, 4]), np.array([2, 4, 5]))
    >>> keys = history_keys(histories, times=True)
    >>> keys[0] == keys[1], keys[1] == keys[2]
    (True, False)
    """
    columns = [histories.columns[name][histories.indices()] for name in ("product", "type")]
    whole: list[Array] = [histories.lengths]
    if times:
        columns.append(histories.columns["time"][histories.indices()])
        whole += [] if histories.at is None else [histories.at]
    whole += [] if histories.buyer is None else list(histories.buyer.T)
    begin = np.cumsum(histories.lengths) - histories.lengths
    halves = []
    for seed in _SEEDS:
        event = _mixed(histories.ages(), seed)
        for column in columns:
            event = _mixed(event ^ _bits(column), seed)
        key = np.add.reduceat(event, begin) if len(begin) else event
        for value in whole:
            key = _mixed(key ^ _bits(value), seed)
        halves.append(key)
    pairs = np.stack(halves, axis=1)
    return [bytes(pair) for pair in pairs.view("V16")[:, 0]]


def _bits(values: Array) -> Array:
    return values.astype(np.int64).view(np.uint64)


def _mixed(values: Array, seed: int) -> Array:
    """Return whole numbers mixed as by SplitMix64, uint64."""
    mixed = _bits(values) if values.dtype != np.uint64 else values
    mixed = mixed + np.uint64(seed)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
