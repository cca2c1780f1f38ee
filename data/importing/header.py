"""Which of the first lines of a text names the columns, and what stands before it."""

import re
from collections import Counter
from collections.abc import Sequence

from data.importing.column_names import roles_of
from data.importing.delimiters import quote_of, rows_of

_SEP_LINE = re.compile(r'"?sep=(?P<delimiter>.)"?\s*')
_VALUE = re.compile(r"[-+]?[$€£]?\d[\d.,:TZ /+-]*([eE][-+]?\d+)?( UTC)?")
_LINES_OF_NAMES = 4
_IDS = ("user", "product")


def preamble(lines: Sequence[str]) -> tuple[int, str]:
    """Return how many lines stand before the table, and the delimiter that one of them names."""
    place = 0
    while place < len(lines) - 1 and (
        not lines[place].strip() or lines[place].startswith(("#", "%"))
    ):
        place += 1
    if match := _SEP_LINE.fullmatch(lines[place]):
        return place + 1, match["delimiter"]
    return place, ""


def is_header(row: tuple[str, ...]) -> bool:
    """Return whether a row names the columns: no field of it is a number or a time."""
    return not any(_VALUE.fullmatch(field.strip()) for field in row)


def names_of(rows: Sequence[tuple[str, ...]], header: bool) -> tuple[str, ...]:
    """Return the names of the columns; a last one without a name is none where no row has it."""
    first, *others = rows
    if not header:
        return numbers(len(first))
    is_left = len(first) > 1 and not first[-1] and all(len(row) < len(first) for row in others)
    return first[:-1] if is_left and others else first


def numbers(width: int) -> tuple[str, ...]:
    """Return the names of columns that a file does not name: their positions, from 1.

    Examples
    --------
    >>> numbers(3)
    ('1', '2', '3')
    """
    return tuple(map(str, range(1, width + 1)))


def unique_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names, those that are there more than once with a number.

    >>> unique_names(("a", "b", "a", ""))
    ('a', 'b', 'a (2)', 'column 4')
    """
    seen: Counter[str] = Counter()
    unique = []
    for position, name in enumerate(names, start=1):
        known = name or f"column {position}"
        seen[known] += 1
        unique.append(known if seen[known] == 1 else f"{known} ({seen[known]})")
    return tuple(unique)


def without_titles(
    lines: Sequence[str], skipped: int, rows: list[tuple[str, ...]], delimiter: str
) -> tuple[int, list[tuple[str, ...]]]:
    """Return how many lines stand before the header or the first row, and what follows."""
    if names := _names_in_comment(lines[:skipped], delimiter, rows):
        return skipped - 1, [names, *rows]
    titles = _title_rows(rows)
    titles += _names_above(rows[titles : titles + _LINES_OF_NAMES])
    if titles and _names_all_but_the_first(rows[titles - 1], rows[titles:]):
        titles -= 1
        rows[titles] = ("", *rows[titles])
    return _place_of_line(lines, skipped, titles), rows[titles:]


def _place_of_line(lines: Sequence[str], start: int, number: int) -> int:
    """Return the place of a line, counted without empty ones, among all lines."""
    places = [place for place in range(start, len(lines)) if lines[place]]
    return places[number]


def _title_rows(rows: Sequence[tuple[str, ...]]) -> int:
    """Return how many rows before the header are titles: fields are missing in them."""
    widths = Counter(len(row) for row in rows[1:] or rows)
    usual = widths.most_common(1)[0][0]
    for place, row in enumerate(rows[:20]):
        filled = sum(bool(field.strip()) for field in row)
        if (len(row) >= usual > 1 and filled * 2 >= usual) or usual == 1:
            return place
    return 0


def _names_above(rows: Sequence[tuple[str, ...]]) -> int:
    """Return how many rows of names stand above the one that names both buyer and product.

    Of several such rows in a row it is the one that names most.
    """
    best, most = 0, 0
    for place, row in enumerate(rows):
        roles = [roles_of(name) for name in row]
        if not is_header(row):
            if most:
                break
            continue
        known = sum(map(bool, roles))
        if known > most and all(
            any(role in roles_of_name for roles_of_name in roles) for role in _IDS
        ):
            best, most = place, known
    return best


def _names_all_but_the_first(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> bool:
    """Return whether a row names all columns but that of the rows' own names, as R writes it."""
    keys = [row[0] for row in rows]
    return (
        all(len(row) == len(names) + 1 for row in rows)
        and len(set(keys)) == len(keys) > 1
        and len(set(names)) == len(names) > 1
        and is_header(names)
        and not is_header(rows[0])
    )


def _names_in_comment(
    comments: Sequence[str], delimiter: str, rows: Sequence[tuple[str, ...]]
) -> tuple[str, ...] | None:
    """Return the names of the columns that the comment right before the rows holds, if it does."""
    last = comments[-1] if comments else ""
    if not last.startswith(("#", "%")):
        return None
    texts = (last.lstrip("#% \t"), last)  # ``# de venta`` is a name with its sign
    without, whole = (rows_of([text], delimiter, quote_of([text], delimiter))[0] for text in texts)
    names = without if roles_of(without[0]) or not roles_of(whole[0]) else whole
    are_names = is_header(names) and len(set(names)) == len(names) == len(rows[0]) > 1
    known = set().union(*map(roles_of, names))
    return names if are_names and {"user", "product"} & known else None
