"""The charts of a dataset: what each asks of the statistics, and how it is drawn."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from dashboard.figures import brands, buyers, categories, events, prices, products
from dashboard.figures.chart import Chart
from data.exploration.statistics import Filters, Statistics
from data.i18n import N_, _

Draw = Callable[[Statistics, Filters, str | None], Chart | None]


@dataclass(frozen=True)
class Kind:
    """One chart of the page.

    Attributes
    ----------
    draw : callable
        Asks the statistics and draws; None where there is nothing to draw.
    empty : str
        What stands there then (marked for translation).
    span, height : int
        Columns of twelve, and pixels.
    """

    draw: Draw
    empty: str
    span: int = 6
    height: int = 320


def _sampled(chart: Chart | None, one_in: int) -> Chart | None:
    """Say below a chart of a huge log that it looks at some of the people."""
    if chart is None or one_in == 1:
        return chart
    note = _("The log is huge: estimated from one person in {number}, chosen by chance.")
    return replace(chart, note=note.format(number=one_in))


def _days(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    frame = found.events_by_day(filters)
    if frame["day"].nunique() == 1:
        return events.one_day(found.events_by_hour(filters), frame["day"].iloc[0], theme)
    return events.days(frame, theme)


def _hours(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    return events.hours(found.events_by_hour(filters), theme)


def _funnel(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    return _sampled(events.funnel(found.funnel(filters), theme), found.funnel_one_in(filters))


def _categories(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    return categories.categories(found.categories(filters), theme, found.counted(filters))


def _brands(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    return brands.brands(found.brands(filters), theme, found.counted(filters))


def _prices(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    return prices.prices(found.prices(filters), theme, found.counted(filters))


def _purchases(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    chart = buyers.purchases(found.purchases_per_user(filters), theme, found.counted(filters))
    return _sampled(chart, found.one_in(filters))


def _gaps(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    chart = buyers.gaps(found.days_between(filters), theme, found.counted(filters))
    return _sampled(chart, found.one_in(filters))


def _repeats(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    chart = products.repeats(found.repeats(filters), theme, found.counted(filters))
    return _sampled(chart, found.one_in(filters))


def _long_tail(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    return products.long_tail(found.long_tail(filters), theme, found.counted(filters))


def _transitions(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    chart = categories.transitions(found.transitions(filters), theme, found.counted(filters))
    return _sampled(chart, found.one_in(filters))


def _cohorts(found: Statistics, filters: Filters, theme: str | None) -> Chart | None:
    chart = buyers.cohorts(found.cohorts(filters), theme, found.counted(filters))
    return _sampled(chart, found.one_in(filters))


_NOTHING = N_("No purchases match these filters.")
_ONCE = N_("No buyer bought twice under these filters.")

KINDS = {
    "days": Kind(_days, N_("No events match these filters."), span=7, height=360),
    "hours": Kind(_hours, _NOTHING, span=5, height=360),
    "funnel": Kind(
        _funnel, N_("There is only one kind of event here, so no way to a purchase."), height=240
    ),
    "repeats": Kind(_repeats, _ONCE, height=240),
    "categories": Kind(_categories, _NOTHING, height=400),
    "brands": Kind(_brands, N_("No brands are known under these filters."), height=400),
    "prices": Kind(_prices, N_("No prices are known under these filters.")),
    "purchases": Kind(_purchases, _NOTHING),
    "gaps": Kind(_gaps, _ONCE),
    "long-tail": Kind(_long_tail, _NOTHING),
    "transitions": Kind(_transitions, _ONCE, span=7, height=480),
    "cohorts": Kind(_cohorts, N_("The log holds less than two months."), span=5, height=480),
}
