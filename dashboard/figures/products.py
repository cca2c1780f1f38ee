"""Products: how few of them make most of the purchases, and how often one is bought again."""

import pandas as pd

from dashboard import formats
from dashboard.figures import shapes
from dashboard.figures.chart import Chart
from dashboard.figures.words import type_colour, type_noun
from data.i18n import N_, _

_TENTH = 0.9  # the smallest nine tenths of the products
_KINDS = {
    "same": N_("the same product again"),
    "earlier": N_("a product of earlier"),
    "category": N_("a new product of a known category"),
    "new": N_("a new category"),
}


def long_tail(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw the Lorenz curve of the products; None where there are no events.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns products, events: shares from 0 to 1, from the least sold product to the most sold.
    theme : str or None
        ``"light"`` or ``"dark"``.
    kind : str
        The event type that is counted.
    """
    noun = type_noun(kind)
    if len(frame) < 2:
        return None
    shares, held = frame["products"].tolist(), frame["events"].tolist()
    drawn = shapes.lorenz(shares, held, theme, meaning=type_colour(kind), name=noun)
    drawn.update_xaxes(title_text=_("share of the products, least sold first"))
    return Chart(
        figure=drawn,
        finding=_("A tenth of the products make {share} of the {noun} (Gini {gini})").format(
            share=formats.percent(1 - _at(shares, held, _TENTH), 0),
            noun=noun,
            gini=formats.number(gini(shares, held), 2),
        ),
        subtitle=_("Share of the {noun}; the straight line would be equal sales").format(noun=noun),
        table=frame[["products", "events"]].set_axis(
            [_("Share of the products"), _("Share of the {noun}").format(noun=noun)], axis=1
        ),
    )


def gini(shares: list[float], held: list[float]) -> float:
    """Return the Gini coefficient of a Lorenz curve: 0 for equal sales, near 1 for one product.

    Examples
    --------
    >>> gini([0.0, 1.0], [0.0, 1.0]), gini([0.0, 0.5, 1.0], [0.0, 0.0, 1.0])
    (0.0, 0.5)
    """
    steps = zip(shares, shares[1:], held, held[1:], strict=False)
    return 1.0 - sum((right - left) * (low + high) for left, right, low, high in steps)


def _at(shares: list[float], held: list[float], share: float) -> float:
    """Return what the curve says at a share of the products, between its points by proportion."""
    for left, right, low, high in zip(shares, shares[1:], held, held[1:], strict=False):
        if left <= share <= right and right > left:
            return low + (high - low) * (share - left) / (right - left)
    return held[-1]


def repeats(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw what a next purchase is: the same again, something known, or new.

    None where nobody bought twice.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns kind (``same``, ``earlier``, ``category``, ``new``), pairs.
    theme : str or None
        ``"light"`` or ``"dark"``.
    kind : str
        The event type that is counted.
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
        subtitle=_("What a person’s next event is, share of all {noun}").format(
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
