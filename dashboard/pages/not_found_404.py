"""The page for addresses that do not exist."""

import dash
from dash import html

from dashboard.components import button, card, empty_state, page_header
from data.i18n import _

dash.register_page(__name__, title="Vitrina")


def layout(**_parameters: str) -> html.Div:
    """Return the page with a link to the start page."""
    return html.Div(
        [
            page_header(_("Page not found"), _("The address may have been mistyped.")),
            card(
                empty_state(
                    _("It may have been renamed or deleted."),
                    button(_("Go to the start page"), href="/", kind="primary"),
                )
            ),
        ]
    )
