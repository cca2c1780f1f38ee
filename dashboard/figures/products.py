"""Charts of products: concentration of the events (Lorenz curve) and repeat purchases."""

import pandas as pd

from dashboard import formats
from dashboard.figures import shapes
from dashboard.figures.chart import Chart
from dashboard.figures.labels import type_colour, type_noun
from data.i18n import N_, _

_TOP_TENTH = 0.9  # where the most frequent tenth of the products begins
_KINDS = {
    "same": N_("the same product again"),
    "earlier": N_("an earlier product"),
    "category": N_("a new product in a known category"),
    "new": N_("a new category"),
}


def long_tail(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw the Lorenz curve of the events over the products; None for an empty frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns products, events: cumulative shares from 0 to 1, least frequent product first.
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    kind : str
        Event type that the frame counts.
    """
    noun = type_noun(kind)
    if len(frame) < 2:
        return None
    shares, cumulative = frame["products"].tolist(), frame["events"].tolist()
    fig = shapes.lorenz(shares, cumulative, theme, meaning=type_colour(kind), name=noun)
    fig.update_xaxes(title_text=_("share of the products, least frequent first"))
    return Chart(
        figure=fig,
        finding=_(
            "The top tenth of the products accounts for {share} of the {noun} (Gini {gini})"
        ).format(
            share=formats.percent(1 - _at(shares, cumulative, _TOP_TENTH), 0),
            noun=noun,
            gini=formats.number(gini(shares, cumulative), 2),
        ),
        subtitle=_("Cumulative share of {noun}; the diagonal is equality").format(noun=noun),
        table=frame[["products", "events"]].set_axis(
            [_("Share of the products"), _("Share of the {noun}").format(noun=noun)], axis=1
        ),
    )


def gini(shares: list[float], cumulative: list[float]) -> float:
    """Return the Gini coefficient of a Lorenz curve: 0 for equal shares, near 1 for one product.

    Examples
    --------
    >>> gini([0.0, 1.0], [0.0, 1.0]), gini([0.0, 0.5, 1.0], [0.0, 0.0, 1.0])
    (0.0, 0.5)
    """
    steps = zip(shares, shares[1:], cumulative, cumulative[1:], strict=False)
    return 1.0 - sum((right - left) * (low + high) for left, right, low, high in steps)


def _at(shares: list[float], cumulative: list[float], share: float) -> float:
    """Return the value of the curve at a share of the products, interpolated linearly."""
    for left, right, low, high in zip(shares, shares[1:], cumulative, cumulative[1:], strict=False):
        if left <= share <= right and right > left:
            return low + (high - low) * (share - left) / (right - left)
    return cumulative[-1]


def repeats(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw how buyers' next purchases relate to their earlier ones; None if nobody bought twice.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns kind (``same``, ``earlier``, ``category`` or ``new``), pairs; see
        `Statistics.repeats`.
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    kind : str
        Event type that the frame counts.
    """
    total = int(frame["pairs"].sum())
    if not total:
        return None
    pairs = frame.set_index("kind")["pairs"].reindex([*_KINDS]).fillna(0).astype(int)
    names = [_(_KINDS[kind]) for kind in pairs.index]
    again = (pairs["same"] + pairs["earlier"]) / total
    return Chart(
        figure=shapes.bars(
            names,
            pairs.tolist(),
            theme,
            meaning=type_colour(kind),
            texts=[formats.percent(number / total) for number in pairs],
        ),
        finding=_("{share} of the next {noun} repeat a product, {same} the last one").format(
            share=formats.percent(again),
            same=formats.percent(pairs["same"] / total),
            noun=type_noun(kind),
        ),
        subtitle=_("Kind of the next event, share of all pairs of consecutive {noun}").format(
            noun=type_noun(kind)
        ),
        table=pd.DataFrame(
            {
                _("Next event"): names,
                _("Events"): pairs.to_numpy(),
                _("Share"): (pairs / total).to_numpy(),
            }
        ),
    )
