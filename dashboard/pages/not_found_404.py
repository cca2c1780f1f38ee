"""What an address without a page shows."""

import dash
from dash import html

from dashboard.components import button, empty_state, page_header
from data.i18n import _

dash.register_page(__name__, title="Vitrina")


def layout(**_parameters: str) -> html.Div:
    """Say that there is nothing here, and lead back."""
    return html.Div(
        [
            page_header(_("There is no page here"), _("The address may have been mistyped.")),
            empty_state(
                _("What you are looking for may have been renamed or deleted."),
                button(_("Go to the start page"), href="/", kind="primary"),
            ),
        ]
    )
