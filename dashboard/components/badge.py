"""The state of a run as one word with a mark that can be told apart without colour."""

from dash import html

from dashboard.components.aria import aria
from data.text import N_, _

STATES = {
    "queued": (N_("Queued"), "idle", "○"),
    "starting": (N_("Starting"), "active", "◔"),
    "running": (N_("Running"), "active", "●"),
    "stopping": (N_("Stopping"), "attention", "◕"),
    "finished": (N_("Finished"), "good", "✓"),
    "stopped": (N_("Stopped"), "idle", "■"),
    "failed": (N_("Failed"), "bad", "✕"),
    "interrupted": (N_("Interrupted"), "attention", "!"),
}


def state_name(state: str) -> str:
    """Return the word for a state of a run."""
    return _(STATES[state][0])


def state_badge(state: str) -> html.Span:
    """Return the badge for one of the eight states of a run."""
    _words, tone, mark = STATES[state]
    return html.Span(
        [html.Span(mark, className="state-mark", **aria(hidden="true")), state_name(state)],
        className=f"badge-state is-{tone}",
    )


def state_cells() -> dict[str, dict[str, str]]:
    """Return word, tone and mark of every state, for the cells of tables."""
    return {
        state: {"words": _(words), "tone": tone, "mark": mark}
        for state, (words, tone, mark) in STATES.items()
    }
