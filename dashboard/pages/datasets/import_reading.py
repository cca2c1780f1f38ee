"""How a file is read before its import: columns, what was understood, questions, event types."""

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard import formats
from dashboard.components.aria import aria
from dashboard.components.field import dom_id
from dashboard.figures.labels import type_name
from data.events import COLUMNS, PURCHASE
from data.i18n import _
from data.importing.preview import Preview, TypeExample
from data.importing.questions import Question
from data.importing.type_words import STANDARD_TYPES

ROLE, EXAMPLES, QUESTION, MEANING = (
    "import-role",
    "import-examples",
    "import-question",
    "import-meaning",
)
GUESSED, CODES, UNDERSTOOD, NO_PURCHASES = (
    "import-guessed",
    "import-codes",
    "import-understood",
    "import-no-purchases",
)
ABSENT = " "  # no choice; never the name of a column, as names are stripped
_LONGEST = 60  # characters of an example
_MOST_TYPES, _NAMED_TYPES = 12, 6


def reading(sample: Preview | None) -> list[Component]:
    """Return the columns with their roles, and under them what was understood.

    Without a preview, the parts that callbacks name are there and empty.
    """
    if sample is None:
        stores = [dcc.Store(id=GUESSED, data={}), dcc.Store(id=CODES, data=[])]
        return [*stores, html.Fieldset(id=UNDERSTOOD)]
    return [
        dcc.Store(id=GUESSED, data=sample.mapping),
        _mapping(sample),
        html.Fieldset(understood(sample, {}, {}), id=UNDERSTOOD, className="stack"),
    ]


def understood(
    sample: Preview, answers: Mapping[str, str | None], meanings: Mapping[str, str]
) -> list[Component]:
    """Return how the file is read, the questions that it leaves open, and its event types.

    Parameters
    ----------
    sample : Preview
    answers : mapping
        What a person answered to the questions before.
    meanings : mapping
        What a person chose before for the codes of event types.
    """
    result = sample.understood
    meanings = {seen.code: meanings.get(seen.code, seen.meaning) for seen in sample.types}
    warning = html.Div(
        warning_without_purchases(list(meanings.values())),
        id=NO_PURCHASES,
        className="import-warning",
        role="alert",
    )
    if not result or "problem" in result:
        sentence = result.get("problem") or _(
            "Choose the columns that hold the buyer and the product."
        )
        return [dcc.Store(id=CODES, data=[]), kit.error_state(sentence), warning]
    return [
        dcc.Store(id=CODES, data=[seen.code for seen in sample.types[:_MOST_TYPES]]),
        *[_question(question, answers.get(question.about)) for question in sample.questions],
        _facts(sample),
        *_types(sample, meanings),
        warning,
    ]


def examples(sample: Preview, column: str) -> str:
    """Return the first different values of a column; empty for none."""
    if column == ABSENT:
        return ""
    return " · ".join(value[:_LONGEST] for value in sample.examples(column))


def warning_without_purchases(meanings: list[str]) -> str:
    """Return the warning for a log none of whose types means a purchase; empty for others."""
    if not meanings or PURCHASE in meanings:
        return ""
    return _(
        "No purchases were seen. Choose which event type means a purchase; otherwise charts count "
        "the most frequent type, and a network learns to predict that."
    )


def _mapping(sample: Preview) -> html.Div:
    rows = [
        _mapping_row(column.name, _(column.label), column.required, sample) for column in COLUMNS
    ]
    return html.Div(rows, className="import-mapping", role="group", **aria(label=_("Columns")))


def _mapping_row(name: str, label: str, required: bool, sample: Preview) -> html.Div:
    selected = sample.mapping.get(name, ABSENT)
    absent = _("row order") if name == "time" else _("not in the file")
    joined = [selected] if selected not in (*sample.columns, ABSENT) else []
    control = dbc.Select(
        id={"type": ROLE, "column": name},
        options=[{"label": f"– {absent}", "value": ABSENT}]
        + [{"label": column, "value": column} for column in (*joined, *sample.columns)],
        value=selected,
    )
    mark_required = required and name != "time"
    return html.Div(
        [
            html.Label(
                [label, html.Span(" · " + _("needed"), className="muted")]
                if mark_required
                else label,
                htmlFor=dom_id(control.id),
            ),
            control,
            html.Span(
                examples(sample, selected),
                id={"type": EXAMPLES, "column": name},
                className="muted mono",
            ),
        ],
        className="import-column",
    )


def _question(question: Question, answer: str | None) -> html.Fieldset:
    """Return a question with its readings; none is chosen at first."""
    options = [{"label": reading.words, "value": reading.value} for reading in question.readings]
    known = {reading.value for reading in question.readings}
    return html.Fieldset(
        [
            html.Legend(question.sentence, className="field-label"),
            html.P(
                _("The values fit each of these readings: please choose."), className="field-hint"
            ),
            dbc.RadioItems(
                id={"type": QUESTION, "about": question.about},
                options=options,
                value=answer if answer in known else None,
            ),
        ],
        className="import-question",
    )


def _facts(sample: Preview) -> html.Table:
    """Return a table of what was chosen, and how sure it is."""
    result = sample.understood
    open_points = {question.about for question in sample.questions}
    asked = _("please answer above")
    unsure = dict(result["unsure"])
    if "time_column" in open_points or "time" in open_points:
        unsure["time"] = asked
    if "price" in open_points:
        unsure["price"] = asked
    labels = {column.name: _(column.label) for column in COLUMNS}
    columns = {name: why for name, why in unsure.items() if name in labels}
    doubts = "; ".join(
        f"{labels[name]}: {why}" for name, why in columns.items() if name not in ("time", "price")
    )
    roles = ", ".join(f"{column} → {labels[name]}" for name, column in result["roles"].items())
    facts = [
        (_("Times"), result["time"], unsure.get("time", "")),
        (_("Prices"), result["price"], unsure.get("price", "")),
        (_("Encoding"), result["encoding"], unsure.get("encoding", "")),
        (_("Header"), _header(result["header"]), unsure.get("header", "")),
        (_("Event types"), _type_words(sample), unsure.get("type", "")),
        (_("Columns"), roles, doubts),
    ]
    rows = [
        html.Tr([html.Th(label, scope="row"), html.Td(value), html.Td(_certainty(doubt))])
        for label, value, doubt in facts
        if value
    ]
    rest = (
        _("All {number} rows were looked at.")
        if sample.complete
        else _("The first {number} rows were looked at.")
    ).format(number=formats.number(sample.looked_at))
    return html.Table(
        [
            html.Caption(rest),
            html.Thead(html.Tr([html.Th(""), html.Th(_("Read as")), html.Th(_("Certainty"))])),
            html.Tbody(rows),
        ],
        className="import-facts",
    )


def _header(line: int | None) -> str:
    if line is None:
        return ""
    return _("line {number}").format(number=line) if line else _("none")


def _type_words(sample: Preview) -> str:
    if "type" not in sample.mapping:
        return _("none: every event is a purchase")
    names = list(dict.fromkeys(type_name(seen.meaning)[:_LONGEST] for seen in sample.types))
    return ", ".join([*names[:_NAMED_TYPES], *(["…"] if len(names) > _NAMED_TYPES else [])])


def _certainty(doubt: str) -> Component:
    if not doubt:
        return html.Span(_("sure"), className="muted")
    return html.Span(
        [html.Span(_("Please check"), className="badge-state is-attention"), f" {doubt}"]
    )


def _types(sample: Preview, meanings: Mapping[str, str]) -> list[Component]:
    """Return a table of the event types with a choice of what each means."""
    if not sample.types:
        return []
    rows = [
        _type_row(place, seen, meanings[seen.code])
        for place, seen in enumerate(sample.types[:_MOST_TYPES])
    ]
    hidden = len(sample.types) - len(rows)
    note = (
        [
            html.P(
                _("{number} further event types keep their meaning.").format(
                    number=formats.number(hidden)
                ),
                className="muted",
            )
        ]
        if hidden
        else []
    )
    table = html.Table(
        [
            html.Thead(
                html.Tr([html.Th(_("In the file")), html.Th(_("Events")), html.Th(_("Means"))])
            ),
            html.Tbody(rows),
        ],
        className="import-facts import-types",
    )
    return [html.Div([html.H4(_("Event types"), className="card-title"), table, *note])]


def _type_row(place: int, seen: TypeExample, meaning: str) -> html.Tr:
    own = [name for name in dict.fromkeys((seen.meaning, seen.code)) if name not in STANDARD_TYPES]
    labels = {name: _("“{code}” itself").format(code=name[:_LONGEST]) for name in own}
    labels = {name: type_name(name) for name in STANDARD_TYPES} | labels
    options = [{"label": label, "value": name} for name, label in labels.items()]
    control = dbc.Select(
        id={"type": MEANING, "place": place},
        options=options,
        value=meaning,
    )
    return html.Tr(
        [
            html.Td(html.Label(seen.code[:_LONGEST], htmlFor=dom_id(control.id)), className="mono"),
            html.Td(formats.number(seen.events), className="number"),
            html.Td(control),
        ]
    )


def chosen_types(codes: list[str], meanings: list[Any]) -> dict[str, str] | None:
    """Return the meanings of event types that are not their own text, as a request holds them."""
    chosen = {
        code: meaning for code, meaning in zip(codes, meanings, strict=True) if code != meaning
    }
    return chosen or None
