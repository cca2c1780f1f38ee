"""The phases of a training, in their order, and reports of how far one is."""

from collections.abc import Callable
from enum import StrEnum

from data.i18n import N_, _

OnShare = Callable[[float], object]
"""Receives the share of a phase that is done, from 0 to 1."""


class Phase(StrEnum):
    """A phase of a training; each takes its own time, of which epochs are only one part."""

    PREPARATION = "preparation"
    TRAINING = "training"
    EXPORT = "export"
    BASELINES = "baselines"
    BLEND = "blend"
    EVALUATION = "evaluation"


_NAMES = {
    Phase.PREPARATION: N_("Preparing the data"),
    Phase.TRAINING: N_("Training the network"),
    Phase.EXPORT: N_("Exporting the network"),
    Phase.BASELINES: N_("Fitting the baselines"),
    Phase.BLEND: N_("Fitting the blend"),
    Phase.EVALUATION: N_("Evaluating all models"),
}


def phase_name(phase: Phase) -> str:
    """Return the name of a phase in the language of the request."""
    return _(_NAMES[phase])


def ignore_share(_share: float) -> None:
    """Do nothing with the share of a phase."""
