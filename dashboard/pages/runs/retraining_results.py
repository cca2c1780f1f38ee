"""The result of a training by itself: the new run, and whether it replaced the one in service."""

from collections.abc import Mapping
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components import card, empty_state
from data.i18n import _


def results(result: Mapping[str, Any]) -> list[Component]:
    """Return the new run, and why it replaced the model in service or did not."""
    trials = result.get("trials", ())
    if not trials:
        return [card(empty_state(_("The first training appears here as soon as it is queued.")))]
    run = trials[0]["run"]
    link = dcc.Link(run, href=f"/runs/{run}", className="mono")
    if "reason" not in result:
        return [card(html.P(link), title=_("The new run"))]
    tone = "good" if result["replaced"] else "attention"
    words = html.Div(
        html.P(result["reason"], className="reading-finding"), className=f"reading is-{tone}"
    )
    return [card([html.P(link), words], title=_("The new run"))]
