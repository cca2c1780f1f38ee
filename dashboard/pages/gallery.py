"""Every part of the kit in every state: what a page may be made of."""

import dash
from dash import html

from dashboard.components import page_header
from data.text import _

dash.register_page(__name__, path="/gallery", title="Vitrina")


def layout(**_parameters: str) -> html.Div:
    """Show the kit."""
    return html.Div([page_header(_("Gallery"), _("Every part of the interface in every state."))])
