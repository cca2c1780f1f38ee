"""Names and colours of event types, and the names of categories, in charts."""

from collections import Counter
from collections.abc import Iterable, Sequence

from data.events import PURCHASE, RETURN, TYPES
from data.i18n import N_, _

_NAMES = {
    "view": N_("Views"),
    "cart": N_("Added to cart"),
    "favourite": N_("Favourites"),
    "remove_from_cart": N_("Removed from cart"),
    PURCHASE: N_("Purchases"),
    RETURN: N_("Returns"),
}
_NOUNS = {
    "view": N_("views"),
    "cart": N_("additions to a cart"),
    PURCHASE: N_("purchases"),
    RETURN: N_("returns"),
}


def type_name(kind: str) -> str:
    """Return the name of an event type as a heading; an unknown type keeps its own name.

    Examples
    --------
    >>> type_name("purchase"), type_name("rating")
    ('Purchases', 'rating')
    """
    return _(_NAMES[kind]) if kind in _NAMES else kind


def type_noun(kind: str) -> str:
    """Return the plural noun of an event type inside a sentence.

    Examples
    --------
    >>> type_noun("purchase"), type_noun("rating")
    ('purchases', 'events')
    """
    return _(_NOUNS[kind]) if kind in _NOUNS else _("events")


def type_colour(kind: str) -> str:
    """Return the series colour of an event type; unknown types share one.

    Examples
    --------
    >>> type_colour("cart"), type_colour("rating")
    ('cart', 'baseline')
    """
    return kind if kind in {"view", "cart", PURCHASE} else "baseline"


def main_type(kinds: Iterable[str]) -> str:
    """Return the event type that charts count: purchases if there are any, else the first.

    Examples
    --------
    >>> main_type(["view", "purchase"]), main_type(["rating", "like"])
    ('purchase', 'rating')
    """
    present = list(kinds)
    return PURCHASE if PURCHASE in present or not present else present[0]


def in_order(kinds: Iterable[str]) -> list[str]:
    """Return event types in the order of the funnel, unknown types last.

    Examples
    --------
    >>> in_order(["purchase", "rating", "view"])
    ['view', 'purchase', 'rating']
    """
    present: Sequence[str] = list(dict.fromkeys(kinds))
    return [*(kind for kind in TYPES if kind in present), *(k for k in present if k not in TYPES)]


def leaf(category: str) -> str:
    """Return the last part of a category path, with spaces for underscores.

    Examples
    --------
    >>> leaf("electronics.audio.headphone"), leaf("COFFEE")
    ('headphone', 'COFFEE')
    """
    return category.rsplit(".", 1)[-1].replace("_", " ")


def distinct_leaves(categories: Iterable[str]) -> dict[str, str]:
    """Return the name of each category path: its last part, after those that tell it from others.

    An axis draws two categories of one name as one.

    Examples
    --------
    >>> list(distinct_leaves(["kitchen.chair", "garden.chair", "garden.sun"]).values())
    ['kitchen › chair', 'garden › chair', 'sun']
    """
    depths = dict.fromkeys(categories, 1)
    while True:
        names = {path: _tail(path, depth) for path, depth in depths.items()}
        counts = Counter(names.values())
        shared = [path for path, name in names.items() if counts[name] > 1]
        deeper = [path for path in shared if depths[path] <= path.count(".")]
        if not deeper:
            return names | {path: path for path in shared}
        for path in deeper:
            depths[path] += 1


def _tail(path: str, depth: int) -> str:
    return " › ".join(path.split(".")[-depth:]).replace("_", " ")
