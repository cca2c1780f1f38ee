"""The table of what each step of a preparation leaves; its words wrap on a phone."""

from collections.abc import Sequence

from dash import html

from dashboard import formats
from data.i18n import _
from data.preparation.steps import Step


def step_table(steps: Sequence[Step]) -> html.Table:
    """Return the numbers of events, buyers and products after each step."""
    numbers = [
        html.Th(words, scope="col", className="is-number")
        for words in (_("Events"), _("Buyers"), _("Products"))
    ]
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(_("After"), scope="col"), *numbers])),
            html.Tbody([_row(step) for step in steps]),
        ],
        className="plain-table",
    )


def _row(step: Step) -> html.Tr:
    numbers = (step.events, step.users, step.products)
    return html.Tr(
        [html.Th(_(step.label), scope="row")]
        + [html.Td(formats.number(number), className="is-number") for number in numbers]
    )
