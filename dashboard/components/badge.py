"""The state of a run as one word with a mark that can be told apart without colour."""

from dash import html

from dashboard.components.aria import aria
from dashboard.jobs.states import in_words

STATES = {
    "queued": ("idle", "○"),
    "starting": ("active", "◔"),
    "running": ("active", "●"),
    "stopping": ("attention", "◕"),
    "finished": ("good", "✓"),
    "stopped": ("idle", "■"),
    "failed": ("bad", "✕"),
    "interrupted": ("attention", "!"),
}


def state_name(state: str) -> str:
    """Return the word for a state of a run."""
    return in_words(state).capitalize()


def state_badge(state: str) -> html.Span:
    """Return the badge for one of the eight states of a run."""
    tone, mark = STATES[state]
    return html.Span(
        [html.Span(mark, className="state-mark", **aria(hidden="true")), state_name(state)],
        className=f"badge-state is-{tone}",
    )


def state_cells() -> dict[str, dict[str, str]]:
    """Return word, tone and mark of every state, for the cells of tables."""
    return {
        state: {"words": state_name(state), "tone": tone, "mark": mark}
        for state, (tone, mark) in STATES.items()
    }
