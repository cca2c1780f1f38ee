"""Badges of run states: a word and a symbol, so that colour is not needed to tell them apart."""

from typing import NamedTuple

from dash import html

from dashboard.components.aria import aria
from data.i18n import N_, _


class StateLook(NamedTuple):
    """Label (marked for translation), colour class and symbol of a run state."""

    label: str
    tone: str
    symbol: str


STATES = {
    "queued": StateLook(N_("Queued"), "idle", "○"),
    "starting": StateLook(N_("Starting"), "active", "◔"),
    "running": StateLook(N_("Running"), "active", "●"),
    "stopping": StateLook(N_("Stopping"), "attention", "◕"),
    "finished": StateLook(N_("Finished"), "good", "✓"),
    "stopped": StateLook(N_("Stopped"), "idle", "■"),
    "failed": StateLook(N_("Failed"), "bad", "✕"),
    "interrupted": StateLook(N_("Interrupted"), "attention", "!"),
}


def state_name(state: str) -> str:
    """Return the label of a run state, translated."""
    return _(STATES[state].label)


def state_badge(state: str) -> html.Span:
    """Return the badge of a run state."""
    look = STATES[state]
    return html.Span(
        [html.Span(look.symbol, className="state-mark", **aria(hidden="true")), state_name(state)],
        className=f"badge-state is-{look.tone}",
    )


def state_cells() -> dict[str, dict[str, str]]:
    """Return label, colour class and symbol of every state for the cell renderer ``StateCell``."""
    return {
        state: {"words": state_name(state), "tone": look.tone, "mark": look.symbol}
        for state, look in STATES.items()
    }
