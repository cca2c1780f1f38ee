"""The time of asking as an input of a network, and all inputs of one that scores histories."""

from typing import Any

import numpy as np

from data.preparation.sequences import UNKNOWN, Ints
from model.sequences.asking_numpy import NO_TIME, asking_codes
from model.sequences.features import CONTEXT_DROPOUT
from model.sequences.histories import Histories
from model.sequences.repeats import CANDIDATE_INPUTS, repeat_candidates

ASKED = "asked"
"""Name of the input of a network that ``asked`` makes."""


def asked(histories: Histories) -> Ints:
    """Return hour, weekday, day of the month and gap of each asking time, int32 [histories, 4].

    See ``model.sequences.asking_numpy.asking_codes``.
    """
    unknown = np.full(len(histories), NO_TIME)
    if histories.at is None:
        return np.asarray(asking_codes(unknown, unknown))
    last = np.append(histories.columns["time"], NO_TIME)
    latest = np.where(histories.lengths > 0, histories.stop - 1, -1)
    return np.asarray(asking_codes(histories.at, last[latest]))


def drop_asked(codes: Ints, random: np.random.Generator) -> Ints:
    """Mask the asking times of a random ``CONTEXT_DROPOUT`` of the targets of a batch."""
    dropped = random.random(len(codes)) < CONTEXT_DROPOUT
    return np.where(dropped[:, None], np.int32(UNKNOWN), codes)


def serving_inputs(
    histories: Histories, names: tuple[str, ...], length: int, width: int | None = None
) -> dict[str, Any]:
    """Return the inputs of a network that scores whole histories.

    Parameters
    ----------
    histories : Histories
        Whole; the network reads the latest events, a repeat head all of them.
    names : tuple of str
        The inputs to return beside ``length``: features, and perhaps ``ASKED`` and
        ``CANDIDATE_INPUTS``.
    length : int
        Most events that the network reads.
    width : int, optional
        Padded length, as ``Histories.padded`` takes it.
    """
    features = tuple(name for name in names if name not in {"length", ASKED, *CANDIDATE_INPUTS})
    batch = histories.latest(length).padded(features, width)
    if ASKED in names:
        batch[ASKED] = asked(histories)
    if CANDIDATE_INPUTS[0] in names:
        batch |= dict(zip(CANDIDATE_INPUTS, repeat_candidates(histories), strict=True))
    return batch
