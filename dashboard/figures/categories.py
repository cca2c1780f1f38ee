"""Charts of categories: the number of events of each, and transitions between them."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from dashboard import formats
from dashboard.figures import shapes
from dashboard.figures.chart import Chart
from dashboard.figures.labels import distinct_leaves, leaf, type_noun
from dashboard.figures.template import percentages
from data.i18n import _, ngettext

MOST_IN_GRID = 12
MOST_AREAS = 300
"""Areas that the treemap draws at most, besides those of the smaller categories together."""
_REST = "\N{HORIZONTAL ELLIPSIS}"  # in the path of the smaller categories together
_LEAST_PAIRS = 5  # a finding names a transition only with this support
_LEAST_LIFT = 1.2  # and this lift
_LEAST_MISSING = 0.005  # share of events without a category that a finding mentions


def categories(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw the category tree as a treemap; None for an empty frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns category (a dotted path, missing for events without one), events.
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    kind : str
        Event type that the frame counts.
    """
    total, noun = int(frame["events"].sum()), type_noun(kind)
    if not total:
        return None
    known = frame.dropna(subset="category").sort_values("events", ascending=False)
    areas, labels = _largest(dict(_areas(frame)))
    ids = list(areas)
    return Chart(
        figure=shapes.treemap(
            ids,
            [labels.get(path) or leaf(path) or _("All") for path in ids],
            [_parent(path) for path in ids],
            [areas[path] for path in ids],
            theme,
            unit=noun,
        ),
        finding=_categories_finding(known, total, noun),
        subtitle=_("Area: number of {noun}; subcategories are nested").format(noun=noun),
        table=pd.DataFrame(
            {
                _("Category"): known["category"],
                _("Events"): known["events"],
                _("Share"): known["events"] / total,
            }
        ),
    )


def _areas(frame: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Yield each node of the category tree with the number of its events and its descendants'."""
    sums: dict[str, int] = {}
    for path, events in zip(frame["category"], frame["events"], strict=True):
        name = path if isinstance(path, str) else _("without category")
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):
            node = ".".join(parts[:depth])
            sums[node] = sums.get(node, 0) + int(events)
    yield from sums.items()


def _largest(areas: dict[str, int]) -> tuple[dict[str, int], dict[str, str]]:
    """Return the largest areas, and one for the smaller ones in each of them.

    Returns
    -------
    areas : dict
        Number of events of each path.
    labels : dict
        Names of the areas that are no category.
    """
    # An area is at least as large as those within it, so that these are never without it.
    order = sorted(areas, key=lambda path: (-areas[path], path.count(".")))
    largest = {path: areas[path] for path in order[:MOST_AREAS]}
    smaller = [path for path in order[MOST_AREAS:] if _parent(path) in largest or "." not in path]
    labels = {}
    for parent, count in Counter(map(_parent, smaller)).items():
        path = f"{parent}.{_REST}".removeprefix(".")
        largest[path] = sum(areas[child] for child in smaller if _parent(child) == parent)
        labels[path] = ngettext("{n} more", "{n} more", count).format(n=formats.number(count))
    return largest, labels


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _categories_finding(known: pd.DataFrame, total: int, noun: str) -> str:
    if known.empty:
        return _("None of the {noun} has a category").format(noun=noun)
    first = known.iloc[0]
    missing = 1 - known["events"].sum() / total
    sentence = (
        _("The largest category is {category}, {share} of the {noun}; {missing} have none")
        if missing >= _LEAST_MISSING
        else _("The largest category is {category}, {share} of the {noun}")
    )
    return sentence.format(
        category=leaf(first["category"]),
        share=formats.percent(first["events"] / total),
        noun=noun,
        missing=formats.percent(missing),
    )


def transitions(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw the transition matrix between categories as a heat map; None for an empty frame.

    A row is a category, its values are the shares of the buyers' next purchases by category.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns before, after (categories of consecutive purchases of a buyer), pairs.
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    kind : str
        Event type that the frame counts.
    """
    if not frame["pairs"].sum():
        return None
    of_before, of_after = (frame.groupby(side)["pairs"].sum() for side in ("before", "after"))
    weight = of_before.add(of_after, fill_value=0).sort_values(ascending=False)
    order = list(weight.index[:MOST_IN_GRID])
    cells = frame[frame["before"].isin(order) & frame["after"].isin(order)]
    pairs = cells.pivot_table(index="before", columns="after", values="pairs", aggfunc="sum")
    pairs = pairs.reindex(index=order, columns=order)
    shares = pairs.div(of_before.reindex(order), axis=0).fillna(0.0)
    names = list(distinct_leaves(order).values())
    fig = shapes.heat_map(names, names, shares.to_numpy().tolist(), theme)
    fig.update_traces(
        hovertemplate=percentages(_("after %{y}: %{z:.1%} %{x}")) + "<extra></extra>",
        colorbar={"tickformat": percentages(".0%")},
    )
    fig.update_xaxes(title_text=_("then"), tickangle=-40)
    fig.update_yaxes(title_text=_("first"))
    return Chart(
        figure=fig,
        finding=_transitions_finding(frame, type_noun(kind)),
        subtitle=_(
            "Share of a user’s next {noun} by category, one row per previous category"
        ).format(noun=type_noun(kind)),
        table=shares.set_axis(names)
        .set_axis(names, axis=1)
        .rename_axis(index=_("After"), columns=None)
        .reset_index(),
        note=_("The {number} most frequent categories.").format(number=len(order))
        if len(weight) > len(order)
        else "",
    )


def _transitions_finding(frame: pd.DataFrame, noun: str) -> str:
    total = frame["pairs"].sum()
    same = frame.loc[frame["before"] == frame["after"], "pairs"].sum() / total
    lifts = _lift(frame)
    frequent = (frame["before"] != frame["after"]) & (frame["pairs"] >= _LEAST_PAIRS)
    others = frame[frequent & (lifts >= _LEAST_LIFT)]
    if others.empty:
        return _("{share} of the next {noun} stay in the category").format(
            share=formats.percent(same), noun=noun
        )
    lift = lifts[others.index]
    best = int((others["pairs"] * np.log(lift)).argmax())
    return _(
        "{same} of the next {noun} stay in the category; {first} leads to {then} "
        "{times} times as often as chance would"
    ).format(
        same=formats.percent(same),
        noun=noun,
        first=leaf(others["before"].iloc[best]),
        then=leaf(others["after"].iloc[best]),
        times=formats.number(lift.iloc[best], 1),
    )


def _lift(frame: pd.DataFrame) -> "pd.Series[float]":
    """Return the lift of each pair: its frequency over that of independent categories."""
    pairs = frame["pairs"]
    before = frame["before"].map(frame.groupby("before")["pairs"].sum())
    after = frame["after"].map(frame.groupby("after")["pairs"].sum())
    return pairs * pairs.sum() / (before * after)
