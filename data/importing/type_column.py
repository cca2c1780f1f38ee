"""The column of event types: how it is known, and what its texts and numbers mean."""

from collections.abc import Iterable, Mapping, Sequence

from data.datasets.database import quote
from data.events import PURCHASE
from data.importing.flags import NO, YES, flag_meanings
from data.importing.type_words import MEANINGS, MOST_KINDS, OTHERS, STANDARD_TYPES, meaning_of
from data.importing.words import bare, bare_sql

UNKNOWN_TYPE = "unknown"
"""The type of an event whose type is missing in a log that has types."""
CODES = {
    frozenset("012"): {"0": "view", "1": "cart", "2": PURCHASE},
    frozenset("1234"): {"1": "view", "2": "favourite", "3": "cart", "4": PURCHASE},
    frozenset("0123"): {"0": "view", "1": "cart", "2": PURCHASE, "3": "favourite"},
}
"""Numbers that stand for types: those of Otto, Tianchi and Tmall."""


def are_codes(codes: Iterable[str]) -> bool:
    """Return whether texts are numbers, or yes and no, whose meaning depends on all that there are.

    >>> are_codes(["1", "4"]), are_codes(["True"]), are_codes(["pv", "1"]), are_codes([])
    (True, True, False, False)
    """
    texts = list(codes)
    return bool(texts) and all(
        text.strip().isdigit() or text.strip().lower() in YES | NO for text in texts
    )


def meanings(
    codes: Iterable[str], chosen: Mapping[str, str] | None = None, column: str = ""
) -> dict[str, str]:
    """Return the meaning of each of a log's types; a type that is not known means itself.

    Parameters
    ----------
    codes : iterable of str
        The texts of the type column.
    chosen : mapping, optional
        What a person said that a text means.
    column : str
        Its name.

    Examples
    --------
    >>> meanings(["pv", "buy"]), meanings(["1", "2", "3", "4"])["4"]
    ({'pv': 'view', 'buy': 'purchase'}, 'purchase')
    """
    texts = {code.strip() for code in codes}
    numbers = flag_meanings(column, texts) or next(
        (table for codes_of, table in CODES.items() if _stand_for(texts, codes_of)), {}
    )
    return {
        code: (chosen or {}).get(code) or numbers.get(code) or meaning_of(code) or code
        for code in sorted(texts, key=lambda text: (len(text), text))
    }


def _stand_for(texts: set[str], codes: frozenset[str]) -> bool:
    """Return whether the texts are some of a competition's numbers, from its first to its last."""
    return texts <= codes and {min(codes), max(codes)} <= texts


def looks_like_types(values: Iterable[str]) -> bool:
    """Return whether a column holds event types: few different texts, most of them known ones.

    >>> looks_like_types(["pv", "pv", "buy", "fav"]), looks_like_types(["red", "blue"])
    (True, False)
    """
    kinds = {value.strip() for value in values if value.strip()}
    if not kinds or len(kinds) > MOST_KINDS:
        return False
    known = sum(meaning_of(kind) is not None for kind in kinds)
    others = sum(bare(kind) in OTHERS for kind in kinds)
    return known > 0 and known + others > len(kinds) / 2


def meaning_sql(column: str, chosen: Mapping[str, str]) -> str:
    """Return the SQL of what a type means, ``unknown`` where it is missing.

    Spellings that the first rows do not have are known, too: they are compared without case,
    blanks and separators, which costs time for these rows alone.

    Parameters
    ----------
    column : str
        The SQL of the text; NULL where it is missing.
    chosen : mapping
        The meanings of the texts that do not mean themselves.
    """
    exact = "".join(f"WHEN {quote(code)} THEN {quote(name)} " for code, name in chosen.items())
    same = "".join(f"WHEN {quote(name)} THEN {quote(name)} " for name in STANDARD_TYPES)
    words = ", ".join(map(quote, MEANINGS))
    names = ", ".join(map(quote, MEANINGS.values()))
    # A CASE would repeat the expression of the word for each of them.
    others = f"coalesce(MAP([{words}], [{names}])[{bare_sql(column)}], trim({column}))"
    value = f"CASE {column} {exact}{same}ELSE {others} END"
    return f"coalesce({value}, {quote(UNKNOWN_TYPE)})"


def codes_among(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the texts of a type column where these are numbers, or yes and no; empty otherwise."""
    distinct = sorted(set(texts))
    return tuple(distinct) if are_codes(distinct) else ()


def changed(codes: Sequence[str], chosen: Mapping[str, str] | None, column: str) -> dict[str, str]:
    """Return the texts of the type column that mean another type."""
    known = meanings(codes, chosen, column)
    return {code: name for code, name in {**known, **(chosen or {})}.items() if code != name}
