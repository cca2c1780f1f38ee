"""The time of asking as an input of a network."""

import numpy as np

from data.preparation.sequences import UNKNOWN, Ints
from model.sequences.asking_numpy import NO_TIME, asking_codes
from model.sequences.features import CONTEXT_DROPOUT
from model.sequences.histories import Histories

ASKING_TIME = "asking_time"
"""Name of the input of a network that ``asking_time_codes`` makes."""


def asking_time_codes(histories: Histories) -> Ints:
    """Return hour, weekday, day of the month and gap of each asking time, int32 [histories, 4].

    See ``model.sequences.asking_numpy.asking_codes``.
    """
    latest = np.full(len(histories), NO_TIME)
    if histories.at is None:
        return np.asarray(asking_codes(latest, latest))
    filled = histories.lengths > 0
    latest[filled] = histories.columns["time"][histories.stop[filled] - 1]
    return np.asarray(asking_codes(histories.at, latest))


def drop_asking_times(codes: Ints, random: np.random.Generator) -> Ints:
    """Mask the asking times of a random ``CONTEXT_DROPOUT`` of the targets of a batch."""
    dropped = random.random(len(codes)) < CONTEXT_DROPOUT
    return np.where(dropped[:, None], np.int32(UNKNOWN), codes)
