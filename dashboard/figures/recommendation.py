"""Figures of one buyer's outlook: how sure the model is, and what kind of thing it expects."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.line_chart import Line, lines
from dashboard.figures.template import figure
from dashboard.theme import colour
from data.i18n import _

POINTS = 200
MOST_CATEGORIES = 8

Numbers = npt.NDArray[np.floating]


def concentration(
    probabilities: Numbers, popularity: Numbers, size: int, theme: str | None
) -> Chart:
    """Draw how much of the probability the first products hold, beside plain popularity.

    Parameters
    ----------
    probabilities : float array, shape (products,)
        What the model expects.
    popularity : float array, shape (products,)
        Each product's share of all training events.
    size : int
        How many products the list offers.
    theme : str or None
        ``"light"`` or ``"dark"``.
    """
    count = len(probabilities)
    ranks = _ranks(count, size)
    model, plain = (100 * np.cumsum(np.sort(each)[::-1]) for each in (probabilities, popularity))
    at = int(np.searchsorted(ranks, min(size, count)))
    own, common = model[min(size, count) - 1], plain[min(size, count) - 1]
    drawn = lines(
        [
            Line(_("model"), ranks.tolist(), model[ranks - 1].tolist(), "network", 2.5, best=at),
            Line(
                _("popularity"), ranks.tolist(), plain[ranks - 1].tolist(), "baseline", 1.5, best=at
            ),
        ],
        theme,
        unit="%",
        x_title=_("Products, most probable first (logarithmic)"),
        digits=1,
    )
    drawn.update_xaxes(type="log", tickvals=_decades(count), ticktext=_names(count))
    shares = [0, 20, 40, 60, 80, 100]
    drawn.update_yaxes(
        range=[0, 105],
        tickvals=shares,
        ticktext=[formats.percent(share / 100, 0) for share in shares],
    )
    # Both lines end at 100 %: their names stand where they are farthest apart, at the exponents
    # that a log axis counts in.
    apart = int(np.argmax(np.abs(model[ranks - 1] - plain[ranks - 1])))
    above = model[ranks[apart] - 1] > plain[ranks[apart] - 1]
    for note, line, up in zip(
        drawn.layout.annotations, (model, plain), (above, not above), strict=True
    ):
        note.update(
            xref="x",
            x=float(np.log10(ranks[apart])),
            y=float(line[ranks[apart] - 1]),
            xanchor="right" if up else "left",
            xshift=-8 if up else 8,
            yshift=8 if up else -8,
        )
    finding = _("The model is {comparison} popularity: its first {size} hold {own}, not {common}")
    return Chart(
        drawn,
        finding.format(
            comparison=_("surer than") if own > common else _("no surer than"),
            size=formats.number(size),
            own=formats.percent(float(own) / 100),
            common=formats.percent(float(common) / 100),
        ),
        _("Share of the probability that the first products hold together, in percent"),
        pd.DataFrame(
            {
                _("Products"): ranks,
                _("Model, %"): np.round(model[ranks - 1], 3),
                _("Popularity, %"): np.round(plain[ranks - 1], 3),
            }
        ),
    )


def expected_categories(
    categories: Sequence[str | None],
    probabilities: Numbers,
    history: Sequence[str | None],
    theme: str | None,
) -> Chart:
    """Draw what share of the next purchase each category holds, beside its share of the history.

    Parameters
    ----------
    categories : sequence of str or None
        Category of each product of the catalogue.
    probabilities : float array, shape (products,)
        What the model expects.
    history : sequence of str or None
        Category of each event of the history; may be empty.
    theme : str or None
        ``"light"`` or ``"dark"``.
    """
    shares = category_shares(categories, probabilities, history)
    shown = shares.head(MOST_CATEGORIES)
    names = [_short(name) for name in shown["category"]]
    drawn = figure(theme, barmode="overlay", bargap=0.4)
    drawn.add_bar(
        x=100 * shown["expected"],
        y=names,
        orientation="h",
        marker={"color": colour("network", theme), "cornerradius": 2},
        text=[formats.percent(value) for value in shown["expected"]],
        textposition="outside",
        textfont={"color": colour("text", theme)},
        cliponaxis=False,
        hovertemplate=_("%{y}: %{x:.1f} % expected") + "<extra></extra>",
    )
    if len(history):
        drawn.add_scatter(
            x=100 * shown["history"],
            y=names,
            mode="markers",
            marker={
                "symbol": "line-ns",
                "size": 16,
                "line": {"width": 2.5, "color": colour("purchase", theme)},
            },
            hovertemplate=_("%{y}: %{x:.1f} % of the history") + "<extra></extra>",
        )
    drawn.update_yaxes(autorange="reversed", type="category", showgrid=False)
    drawn.update_xaxes(rangemode="tozero", showticklabels=False, showgrid=False)
    drawn.update_layout(margin={"r": 56})
    subtitle = _("Bars: share of the next purchase that the model expects, in percent")
    if len(history):
        subtitle += ". " + _("Green marks: share of the history")
    return Chart(
        drawn,
        _category_finding(shares, bool(len(history))),
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
    """Return the expected share and the share of the history of each category, largest first.

    Examples
    --------
    >>> category_shares(["tea", "cup", None], np.array([0.5, 0.3, 0.2]), ["cup", "cup"])
      category  expected  history
    0      tea       0.5      0.0
    1      cup       0.3      1.0
    2     None       0.2      0.0
    """
    kept = pd.Series(list(categories), dtype=object).fillna("")
    expected = pd.Series(np.asarray(probabilities, dtype=np.float64)).groupby(kept).sum()
    counted = pd.Series(list(history), dtype=object).fillna("").value_counts(normalize=True)
    table = pd.DataFrame({"expected": expected, "history": counted}).fillna(0.0)
    table = table.sort_values(["expected", "history"], ascending=False).reset_index(
        names="category"
    )
    names = table["category"].astype(object)
    return table.assign(category=names.where(names != "", None))


def _category_finding(shares: pd.DataFrame, has_history: bool) -> str:
    if shares.empty:
        return _("No category is known")
    first = shares.iloc[0]
    name, share = _short(first["category"]), formats.percent(float(first["expected"]))
    if not has_history:
        return _("{category} is expected most: {share}").format(category=name, share=share)
    return _("{category} is expected most: {share}, after {before} of the history").format(
        category=name, share=share, before=formats.percent(float(first["history"]))
    )


def _short(category: str | None) -> str:
    return category.replace("_", " ").split(".")[-1] if category else _("Unknown")


def _ranks(count: int, size: int) -> npt.NDArray[np.int64]:
    """Return some 200 ranks, evenly spread on a logarithmic axis, and the end of the list."""
    spread = np.rint(np.geomspace(1, count, POINTS)).astype(np.int64)
    found: npt.NDArray[np.int64] = np.unique(np.append(spread, min(size, count)))
    return found


def _decades(count: int) -> list[int]:
    return [10**power for power in range(len(str(count)))]


def _names(count: int) -> list[str]:
    return [formats.compact(value) for value in _decades(count)]
