"""Checks of a configuration by single networks, made before a run starts, without Keras."""

from typing import TYPE_CHECKING

from data.errors import BadInput
from data.i18n import _

if TYPE_CHECKING:
    from model.config.run_config import RunConfig


def more_than_one_event(config: "RunConfig") -> None:
    """Raise BadInput where histories of one event leave no earlier session."""
    if config.sequence_length == 1:
        raise BadInput(
            _(
                "sequence_length cannot be “1” with network hrnn, which looks at earlier"
                " sessions: it takes 2 or more."
            ),
            "sequence_length",
        )


def heads_divide_width(config: "RunConfig") -> None:
    """Raise BadInput where the units of a block cannot be divided among the attention heads."""
    if config.width % config.heads:
        raise BadInput(
            _("heads cannot be “{value}”: it takes a divisor of width ({width}).").format(
                value=config.heads, width=config.width
            ),
            "heads",
        )
