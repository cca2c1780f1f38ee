"""Charts of the gallery: one of each shape, with invented numbers."""

import math

import pandas as pd
from babel.dates import get_day_names

from dashboard.figures.chart import Chart
from dashboard.figures.shapes import Line, bars, heat_map, lines, lorenz, treemap
from dashboard.formats import compact
from data.i18n import _, language


def training_lines(theme: str | None) -> Chart:
    """Draw smoothed learning curves with the best epoch."""
    epochs = list(range(1, 21))
    raw = [6.2 * math.exp(-epoch / 9) + 2.1 + 0.09 * math.sin(5 * epoch) for epoch in epochs]
    smooth = [6.2 * math.exp(-epoch / 9) + 2.1 for epoch in epochs]
    validation = [5.1 * math.exp(-epoch / 4) + 3.0 + 0.03 * epoch for epoch in epochs]
    best = validation.index(min(validation))
    fig = lines(
        [
            Line(_("Training"), epochs, smooth, "training", width=1.5, shadow=raw),
            Line(_("Validation"), epochs, validation, "validation", width=2.5, best=best),
        ],
        theme,
        x_title=_("epoch"),
        digits=3,
    )
    return Chart(
        fig,
        _("Validation loss is lowest in epoch {epoch}, then rises").format(epoch=epochs[best]),
        _("Cross-entropy in nats, by epoch; made-up numbers"),
        pd.DataFrame({_("Epoch"): epochs, _("Training"): raw, _("Validation"): validation}),
        note=_("Sampled: every point of 20."),
    )


def funnel_bars(theme: str | None) -> Chart:
    """Draw bars in the colours of the event types."""
    names, values = [_("View"), _("Cart"), _("Purchase")], [63_556_110, 3_028_930, 916_939]
    fig = bars(
        names,
        values,
        theme,
        meanings=["view", "cart", "purchase"],
        texts=[compact(value) for value in values],
        unit=_("events"),
    )
    return Chart(
        fig,
        _("One view in 69 ends in a purchase"),
        _("Events by type; made-up numbers"),
        pd.DataFrame({_("Type"): names, _("Events"): values}),
    )


def week_heat(theme: str | None) -> Chart:
    """Draw a heat map of weekdays and hours."""
    short = get_day_names("abbreviated", locale=language())
    days = [short[weekday] for weekday in range(7)]
    hours = [f"{hour:02d}" for hour in range(24)]
    values = [
        [round(1000 * (1.2 + math.sin((hour - 9) / 4)) * (1 + day / 20)) for hour in range(24)]
        for day in range(7)
    ]
    table = pd.DataFrame(values, columns=hours)
    table.insert(0, _("Day"), days)
    return Chart(
        heat_map(hours, days, values, theme, unit=_("events")),
        _("Evenings are quiet, early afternoons are not"),
        _("Events by weekday and hour; made-up numbers"),
        table,
    )


def category_areas(theme: str | None) -> Chart:
    """Draw a treemap."""
    ids = ["electronics", "phones", "audio", "home", "kitchen", "garden", "shoes"]
    parents = ["", "electronics", "electronics", "", "home", "home", ""]
    values = [620, 430, 190, 240, 150, 90, 140]
    return Chart(
        treemap(ids, ids, parents, values, theme, unit=_("purchases")),
        _("Electronics make six purchases in ten"),
        _("Purchases by category; made-up numbers"),
        pd.DataFrame({_("Category"): ids, _("Purchases"): values}),
    )


def concentration(theme: str | None) -> Chart:
    """Draw a Lorenz curve."""
    shares = [step / 50 for step in range(51)]
    cumulative = [share**4 for share in shares]
    return Chart(
        lorenz(shares, cumulative, theme, meaning="purchase", name=_("Purchases")),
        _("A tenth of the products make a third of the purchases"),
        _("Share of purchases that the least bought products make; made-up numbers"),
        pd.DataFrame({_("Products"): shares, _("Purchases"): cumulative}),
    )
