"""Components that the pages share; ``/gallery`` shows each of them in each of its states."""

import dash

from dashboard.components import confirm as _confirm
from dashboard.components import figure_card as _figure_card
from dashboard.components.badge import state_badge, state_name
from dashboard.components.breadcrumb import Crumb, breadcrumb
from dashboard.components.button import button, download_link
from dashboard.components.card import card, grid, stack
from dashboard.components.confirm import confirm, confirm_opener, confirmed
from dashboard.components.dropdown import dropdown
from dashboard.components.field import error_id, field
from dashboard.components.figure_card import chart_id, figure_card, render, render_empty
from dashboard.components.header import page_header, tabs
from dashboard.components.help_text import help_text
from dashboard.components.icon import icon
from dashboard.components.key_figure import key_figure, key_figures
from dashboard.components.menu import menu, menu_item
from dashboard.components.moment import moment
from dashboard.components.no_choice import NO_CHOICE, no_choice
from dashboard.components.placeholders import (
    empty_state,
    error_list,
    error_state,
    loading_state,
    sampled_note,
    stale_note,
)
from dashboard.components.progress import progress
from dashboard.components.table import Column, data_table
from dashboard.components.toast import toast, toast_card
from dashboard.components.upload import upload, uploaded

__all__ = [
    "NO_CHOICE",
    "Column",
    "Crumb",
    "breadcrumb",
    "button",
    "card",
    "chart_id",
    "confirm",
    "confirm_opener",
    "confirmed",
    "data_table",
    "download_link",
    "dropdown",
    "empty_state",
    "error_id",
    "error_list",
    "error_state",
    "field",
    "figure_card",
    "grid",
    "help_text",
    "icon",
    "key_figure",
    "key_figures",
    "loading_state",
    "menu",
    "menu_item",
    "moment",
    "no_choice",
    "page_header",
    "progress",
    "register_components",
    "render",
    "render_empty",
    "sampled_note",
    "stack",
    "stale_note",
    "state_badge",
    "state_name",
    "tabs",
    "toast",
    "toast_card",
    "upload",
    "uploaded",
]


def register_components(app: dash.Dash) -> None:
    """Register the callbacks of figure cards and confirmation dialogs."""
    _figure_card.register(app)
    _confirm.register(app)
