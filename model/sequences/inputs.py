"""The inputs of a network that scores histories."""

from typing import Any

from model.sequences.asking import ASKING_TIME, asking_time_codes
from model.sequences.buyer_attributes import BUYER, buyer_codes
from model.sequences.histories import Histories
from model.sequences.repeats import CANDIDATE_INPUTS, repeat_candidates


def serving_inputs(
    histories: Histories, names: tuple[str, ...], length: int, width: int | None = None
) -> dict[str, Any]:
    """Return the inputs of a network that scores whole histories.

    Parameters
    ----------
    histories : Histories
        Whole; the network reads the latest events, a repeat head all of them.
    names : tuple of str
        The inputs to return beside ``length``: features, and perhaps ``ASKING_TIME``, ``BUYER``
        and ``CANDIDATE_INPUTS``.
    length : int
        Most events that the network reads.
    width : int, optional
        Padded length, as ``Histories.padded`` takes it.
    """
    others = {"length", ASKING_TIME, BUYER, *CANDIDATE_INPUTS}
    features = tuple(name for name in names if name not in others)
    batch = histories.latest(length).padded(features, width)
    if ASKING_TIME in names:
        batch[ASKING_TIME] = asking_time_codes(histories)
    if BUYER in names:
        batch[BUYER] = buyer_codes(histories)
    if CANDIDATE_INPUTS[0] in names:
        batch |= dict(zip(CANDIDATE_INPUTS, repeat_candidates(histories), strict=True))
    return batch
