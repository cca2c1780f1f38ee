"""Toasts: short messages in a live region."""

import secrets
from typing import Literal

from dash import html, set_props

from dashboard.components.aria import aria, data
from dashboard.components.icon import icon
from data.i18n import _

REGION = "toasts"


def toast(
    sentence: str,
    *,
    tone: Literal["good", "bad", "attention"] = "good",
    incident: str | None = None,
) -> None:
    """Show a toast; to be called inside a callback.

    Parameters
    ----------
    sentence : str
        What happened, and what to do if anything.
    tone : {"good", "bad", "attention"}
        A good message disappears by itself; the others stay until they are dismissed.
    incident : str, optional
        Id of the log entry.
    """
    set_props(REGION, {"children": [toast_card(sentence, tone=tone, incident=incident)]})


def toast_card(
    sentence: str, *, tone: str = "good", incident: str | None = None, lasting: bool = False
) -> html.Div:
    """Return the card of a toast; with ``lasting`` a good message stays, as in the gallery."""
    lines = [html.P(sentence)]
    if incident:
        lines.append(html.P([_("Id in the log:"), " ", html.Code(incident)], className="muted"))
    passing = " is-passing" if tone == "good" and not lasting else ""
    dismiss = html.Button(
        icon("close"),
        type="button",
        className="quiet-button",
        **data(action="dismiss"),
        **aria(label=_("Dismiss")),
    )
    return html.Div(
        [icon("check" if tone == "good" else "warning"), html.Div(lines), dismiss],
        key=secrets.token_hex(4),
        className=f"toast-card is-{tone}{passing}",
    )
