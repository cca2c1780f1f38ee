"""Charts of one ranking: concentration of the probability, and its distribution over categories."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.labels import distinct_leaves
from dashboard.figures.line_chart import Line, lines
from dashboard.figures.template import figure
from dashboard.theme import colour
from data.i18n import _

POINTS = 200
MAX_CATEGORIES = 8
_CLOSE = 0.02
"""Difference of two shares that says nothing about which model is surer."""
_LABEL = 0.2  # of the width of a narrow chart: what the words beside a bar take

Numbers = npt.NDArray[np.floating]


def concentration(
    probabilities: Numbers, popularity: Numbers, size: int, theme: str | None
) -> Chart:
    """Draw the cumulative probability over the ranks, beside that of popularity.

    Parameters
    ----------
    probabilities : float array, shape (products,)
        Probability that each product is bought next.
    popularity : float array, shape (products,)
        Each product's share of all training events.
    size : int
        Length of the list; half of the products are compared where it holds all of them.
    theme : str or None
        ``"light"`` or ``"dark"``.
    """
    count = len(probabilities)
    if size >= count:
        size = max(count // 2, 1)
    ranks = _ranks(count, size)
    model, baseline = (
        100 * np.cumsum(np.sort(shares)[::-1]) for shares in (probabilities, popularity)
    )
    at = int(np.searchsorted(ranks, size))
    model_share, baseline_share = model[size - 1], baseline[size - 1]
    plot = lines(
        [
            Line(_("model"), ranks.tolist(), model[ranks - 1].tolist(), "network", 2.5, best=at),
            Line(
                _("popularity"),
                ranks.tolist(),
                baseline[ranks - 1].tolist(),
                "baseline",
                1.5,
                best=at,
            ),
        ],
        theme,
        unit="%",
        x_title=_("Products, most probable first (logarithmic)"),
        digits=1,
    )
    plot.update_xaxes(type="log", tickvals=_decades(count), ticktext=_decade_labels(count))
    shares = [0, 20, 40, 60, 80, 100]
    plot.update_yaxes(
        range=[0, 105],
        tickvals=shares,
        ticktext=[formats.percent(share / 100, 0) for share in shares],
    )
    # Both lines end at 100 %, so the labels are placed where the lines are farthest apart; a log
    # axis takes the exponent as coordinate.
    apart = int(np.argmax(np.abs(model[ranks - 1] - baseline[ranks - 1])))
    above = model[ranks[apart] - 1] > baseline[ranks[apart] - 1]
    for note, line, up in zip(
        plot.layout.annotations, (model, baseline), (above, not above), strict=True
    ):
        note.update(
            xref="x",
            x=float(np.log10(ranks[apart])),
            y=float(line[ranks[apart] - 1]),
            xanchor="right" if up else "left",
            xshift=-8 if up else 8,
            yshift=8 if up else -8,
        )
    plot.update_layout(margin={"r": 16})  # the labels stand beside points, not at the ends
    return Chart(
        plot,
        _concentration(size, float(model_share) / 100, float(baseline_share) / 100),
        _("Share of the probability that the first products hold together, in percent"),
        pd.DataFrame(
            {
                _("Products"): ranks,
                _("Model, %"): np.round(model[ranks - 1], 3),
                _("Popularity, %"): np.round(baseline[ranks - 1], 3),
            }
        ),
    )


def _concentration(size: int, model: float, popularity: float) -> str:
    """Return the finding on the shares that the first products of both hold."""
    own, common = formats.percent(model), formats.percent(popularity)
    if own == common:
        text = _("The model is as sure as popularity: the first {size} of both hold {own}")
    elif abs(model - popularity) < _CLOSE:
        text = _(
            "The model is about as sure as popularity: its first {size} hold {own}, popularity's"
            " {common}"
        )
    elif model > popularity:
        text = _("The model is surer than popularity: its first {size} hold {own}, not {common}")
    else:
        text = _(
            "The model is less sure than popularity: its first {size} hold {own}, not {common}"
        )
    return text.format(size=formats.number(size), own=own, common=common)


def expected_categories(
    categories: Sequence[str | None],
    probabilities: Numbers,
    history: Sequence[str | None],
    theme: str | None,
) -> Chart | None:
    """Draw the probability of each category, beside its share of the history.

    None where no product has a category.

    Parameters
    ----------
    categories : sequence of str or None
        Category of each product of the catalogue.
    probabilities : float array, shape (products,)
        Probability that each product is bought next.
    history : sequence of str or None
        Category of each event of the history; may be empty.
    theme : str or None
        ``"light"`` or ``"dark"``.
    """
    shares = category_shares(categories, probabilities, history)
    if shares["category"].isna().all():
        return None
    largest = shares.head(MAX_CATEGORIES)
    labels = distinct_leaves(largest["category"].dropna())
    names = [labels.get(category, _("without category")) for category in largest["category"]]
    plot = figure(theme, barmode="overlay", bargap=0.4)
    plot.add_bar(
        x=100 * largest["expected"],
        y=names,
        orientation="h",
        marker={"color": colour("network", theme), "cornerradius": 2},
        hovertemplate=_("%{y}: %{x:.1f} % expected") + "<extra></extra>",
    )
    if len(history):
        plot.add_scatter(
            x=100 * largest["history"],
            y=names,
            mode="markers",
            marker={
                "symbol": "line-ns",
                "size": 16,
                "line": {"width": 2.5, "color": colour("purchase", theme)},
            },
            hovertemplate=_("%{y}: %{x:.1f} % of the history") + "<extra></extra>",
        )
    ends, marks = largest["expected"], largest["history"]
    hidden = (marks > ends) & (marks < ends + _LABEL * max(ends.max(), marks.max()))
    plot.add_scatter(  # beyond the bar, and beyond a mark that would stand on the words
        x=100 * ends.where(~hidden, marks),
        y=names,
        mode="text",
        text=[f" {formats.percent(value)}" for value in largest["expected"]],
        textposition="middle right",
        textfont={"color": colour("text", theme)},
        cliponaxis=False,
        hoverinfo="skip",
    )
    plot.update_yaxes(autorange="reversed", type="category", showgrid=False)
    plot.update_xaxes(rangemode="tozero", showticklabels=False, showgrid=False)
    plot.update_layout(margin={"r": 56})
    subtitle = _("Bars: share of the next purchase that the model expects, in percent")
    if len(history):
        subtitle += ". " + _("Green marks: share of the history")
    return Chart(
        plot,
        _category_finding(largest.iloc[0], names[0], bool(len(history))),
        subtitle,
        shares.rename(
            columns={
                "category": _("Category"),
                "expected": _("Expected share"),
                "history": _("Share of the history"),
            }
        ),
    )


def category_shares(
    categories: Sequence[str | None], probabilities: Numbers, history: Sequence[str | None]
) -> pd.DataFrame:
    """Return the probability and the share of the history of each category, largest first.

    Examples
    --------
    >>> category_shares(["tea", "cup", None], np.array([0.5, 0.3, 0.2]), ["cup", "cup"])
      category  expected  history
    0      tea       0.5      0.0
    1      cup       0.3      1.0
    2     None       0.2      0.0
    """
    names = pd.Series(list(categories), dtype=object).fillna("")
    expected = pd.Series(np.asarray(probabilities, dtype=np.float64)).groupby(names).sum()
    counted = pd.Series(list(history), dtype=object).fillna("").value_counts(normalize=True)
    table = pd.DataFrame({"expected": expected, "history": counted}).fillna(0.0)
    table = table.sort_values(["expected", "history"], ascending=False).reset_index(
        names="category"
    )
    category = table["category"].astype(object)
    return table.assign(category=category.where(category != "", None))


def _category_finding(first: "pd.Series[float]", name: str, has_history: bool) -> str:
    share = formats.percent(float(first["expected"]))
    if not has_history:
        return _("{category} is expected most: {share}").format(category=name, share=share)
    return _("{category} is expected most: {share}, against {before} of the history").format(
        category=name, share=share, before=formats.percent(float(first["history"]))
    )


def _ranks(count: int, size: int) -> npt.NDArray[np.int64]:
    """Return about 200 ranks evenly spaced on a log axis, and the last rank of the list."""
    spaced = np.rint(np.geomspace(1, count, POINTS)).astype(np.int64)
    ranks: npt.NDArray[np.int64] = np.unique(np.append(spaced, min(size, count)))
    return ranks


def _decades(count: int) -> list[int]:
    return [10**power for power in range(len(str(count)))]


def _decade_labels(count: int) -> list[str]:
    return [formats.compact(value) for value in _decades(count)]
