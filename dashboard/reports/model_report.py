"""The report of the model in service of a dataset or placement."""

from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card
from dashboard.jobs.run_handle import open_run
from dashboard.pages.runs import run_layout
from dashboard.reports.document import Report, facts, moment, table
from dashboard.reports.run_report import run_sections
from dashboard.services.recommendations import placements
from dashboard.services.runs import model_in_service
from data.home import Home
from data.i18n import _
from data.validation import specs
from model.serving.rules.settings import Rules


def model_report(home: Home, dataset: str, placement: str = "") -> Report:
    """Return the report of the model that recommends where no run is named.

    Raises
    ------
    BadInput
        Where no model is in service, or the dataset has no such placement.
    """
    run = model_in_service.chosen_run(home, None, dataset, placement)
    own = model_in_service.history(home, dataset, placement)
    history = own or model_in_service.history(home, dataset)
    since = next(change.time for change in history if change.run == run)
    place = f"{dataset}, {placement}" if placement else dataset
    return Report(
        _("Model in service for {place}").format(place=place),
        _("Run {run}, since {time}").format(run=run, time=moment(since)),
        [
            _rules(home, dataset, placement) if placement else None,
            *run_sections(open_run(home, run)),
            card(
                table(
                    [_("Since"), _("Run"), _("By")],
                    [
                        [
                            moment(promotion.time),
                            promotion.run or _("none"),
                            promotion.user or formats.MISSING,
                        ]
                        for promotion in history
                    ],
                ),
                title=_("Models that were in service"),
            ),
        ],
    )


def _rules(home: Home, dataset: str, name: str) -> Component:
    """Return the rules of a placement that are not at their neutral value."""
    (placement,) = (
        version for version in placements.placements(home, dataset) if version.name == name
    )
    rules, defaults = placements.read_rules(placement), Rules()
    entries = [
        (_(spec.label), run_layout.value_words(getattr(rules, key)))
        for key, spec in specs(Rules).items()
        if getattr(rules, key) != getattr(defaults, key)
    ]
    return facts(_("Rules"), entries)
