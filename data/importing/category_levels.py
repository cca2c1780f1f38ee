"""What separates the levels of categories."""

from collections.abc import Sequence

_SEPARATORS = (" > ", ">", "›", " / ", "|", "/")


def separator_of(categories: Sequence[str]) -> str:
    """Return the separator of the levels of categories, ``.`` where there is no other.

    In a hierarchy a label stands on one level only: ``Comedy|Drama`` beside ``Drama|Comedy`` is
    a list of labels.

    >>> separator_of(["Home > Kitchen", "Home > Garden"]), separator_of(["TV/Video", "Audio"])
    (' > ', '.')
    """
    distinct = sorted(set(categories))
    for separator in _SEPARATORS:
        levels = [[part.strip() for part in category.split(separator)] for category in distinct]
        deep = [parts for parts in levels if len(parts) > 1]
        if len(deep) * 5 < len(levels) * 4 or not deep:
            continue
        roots, leaves = {parts[0] for parts in levels}, {p for parts in deep for p in parts[1:]}
        if roots & leaves:
            return "."
        if len(roots) < len(levels) or separator.strip() in (">", "›"):
            return separator
    return "."
