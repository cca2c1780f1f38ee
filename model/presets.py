"""Configurations to start from: the paper's, a quick one and the best one known."""

from data.errors import BadInput
from data.preparation import PREPARATIONS
from data.text import _
from model.config import RunConfig

PAPER = RunConfig(preparation=PREPARATIONS["paper"], sequence_length=4)
FAST = RunConfig(layers=1, epochs=5, loss="sampled_softmax", early_stopping=2)
BEST = RunConfig()

PRESETS: dict[str, RunConfig] = {"paper": PAPER, "fast": FAST, "best": BEST}


def preset(name: str) -> RunConfig:
    """Return a preset by name.

    Raises
    ------
    BadInput
        Where there is none of that name.
    """
    if name not in PRESETS:
        raise BadInput(
            _("preset cannot be “{value}”: it takes one of {choices}.").format(
                value=name, choices=", ".join(PRESETS)
            )
        )
    return PRESETS[name]
