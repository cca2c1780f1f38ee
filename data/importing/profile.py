"""What the values of a column look like in the first rows of a file."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from data.importing import prices, time_inference
from data.importing.time_names import is_clock_name

_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?|\d{1,2}\.\d{2}\.\d{2}")
_CLOCK_DIGITS = (
    re.compile(r"[01]?\d|2[0-3]"),
    re.compile(r"([01]\d|2[0-3])[0-5]\d"),
    re.compile(r"([01]\d|2[0-3])[0-5]\d[0-5]\d"),
)
_NUMBER = re.compile(r"[0-9.]+([eE][-+]?[0-9]+)?")
_DAY = re.compile(
    r"\d{1,4}([./-])\d{1,2}\1\d{1,4}|\d{8}"
    r"|[^\W\d]{3,}[.]? \d{1,2},? \d{4}|\d{1,2}([ -])[^\W\d]{3,}[.]?\2\d{2,4}"
)
_SERIAL = re.compile(r"\d{5}([.]0+)?")
_SHARE = re.compile(r"[01]|0?[.,]\d+|\d([.,]\d+)?[eE]-\d+")
_NUMBERS = re.compile(r"\d+\D+\d+.*", re.DOTALL)
_FRACTION = re.compile(r"[-+]?\d*[.,]\d*[1-9]\d*")
_COORDINATE = re.compile(r"-?\d{1,3}[.]\d{3,}")
_FEW = 20
_REPEATS = 10
_LONG = 4  # digits of an id
_MOST = 0.95


class Profile:
    """The values of one column in the first rows of a file.

    Parameters
    ----------
    name : str
    cells : sequence of str
        One for each row; empty where it is missing.
    """

    def __init__(self, name: str, cells: Sequence[str]) -> None:
        self.name = name
        self.cells = list(cells)
        self.values = [cell for cell in cells if cell]

    @cached_property
    def distinct(self) -> int:
        """Return how many different values there are."""
        return len(set(self.values))

    @cached_property
    def is_sparse(self) -> bool:
        """Whether some rows have a value, and most have none."""
        return 0 < len(self.values) * 2 < len(self.cells)

    @cached_property
    def is_unique(self) -> bool:
        """Whether no value is there twice, in more than a few rows."""
        return self.distinct == len(self.values) >= _FEW

    @cached_property
    def is_constant(self) -> bool:
        """Whether all values are the same, in more than a few rows."""
        return self.distinct == 1 and len(self.values) >= _FEW

    @cached_property
    def is_time(self) -> bool:
        """Whether almost all values are times."""
        return bool(self.values) and bool(time_inference.candidates(self.values, _MOST))

    @cached_property
    def has_times(self) -> bool:
        """Whether any value is a time."""
        return bool(self.values) and bool(time_inference.candidates(self.values, 0))

    @cached_property
    def has_numbers_apart(self) -> bool:
        """Whether almost all values hold several numbers with something between, as dates do."""
        return self._are_most(
            _NUMBERS.search(value) and prices.number_of(value) != value for value in self.values
        )

    @cached_property
    def is_recent(self) -> bool:
        """Whether the values, where they are numbers, are times of 1995 to 2035."""
        try:
            numbers = sorted(float(value) for value in self.values)
        except ValueError:
            return True
        middle = numbers[len(numbers) // 2]
        return any(7.9e8 * k <= middle < 2.08e9 * k for k in (1, 1e3, 1e6, 1e9)) or (
            all(len(value) in (8, 12, 14) for value in self.values)
        )

    @cached_property
    def is_clock(self) -> bool:
        """Whether almost all values are times of day."""
        return self._are_most(_CLOCK.fullmatch(value) for value in self.values)

    @cached_property
    def is_clock_in_digits(self) -> bool:
        """Whether almost all values are digits of a time of day, and the name says it."""
        return is_clock_name(self.name) and any(
            self._are_most(map(form.fullmatch, self.values)) for form in _CLOCK_DIGITS
        )

    @cached_property
    def is_day(self) -> bool:
        """Whether almost all values are days without a clock."""
        return self._are_most(
            _DAY.fullmatch(value.removesuffix(" 00:00:00").removesuffix(" 0:00"))
            for value in self.values
        )

    @cached_property
    def is_serial_day(self) -> bool:
        """Whether the values are the numbers of days that a spreadsheet counts."""
        return self._are_most(map(_SERIAL.fullmatch, self.values)) and self.is_time

    @cached_property
    def is_share_of_day(self) -> bool:
        """Whether the values may be shares of a day, as a spreadsheet keeps a clock."""
        is_exact = any(len(value) > len("0.12") for value in self.values)
        return is_exact and all(map(_SHARE.fullmatch, self.values))

    def _are_most(self, matches: Iterable[object]) -> bool:
        return bool(self.values) and sum(map(bool, matches)) >= _MOST * len(self.values)

    def is_between(self, least: int, most: int) -> bool:
        """Whether all values are whole numbers in a range."""
        return bool(self.values) and all(
            value.isdecimal() and least <= int(value) <= most for value in self.values
        )

    @cached_property
    def is_index(self) -> bool:
        """Whether the values count the rows."""
        if len(self.values) < 2 or not all(value.isdecimal() for value in self.values):
            return False
        first = int(self.values[0])
        return first in (0, 1) and [int(value) for value in self.values] == list(
            range(first, first + len(self.values))
        )

    @cached_property
    def is_whole(self) -> bool:
        """Whether the values are whole numbers, be they written with ``.0``."""
        return bool(self.values) and all(
            re.fullmatch(r"-?\d+([.]0*)?", value) for value in self.values
        )

    @cached_property
    def is_pieces(self) -> bool:
        """Whether the values are numbers of pieces: whole, and few and small ones."""
        if not self.is_whole:
            return False
        sizes = sorted(abs(float(value)) for value in self.values)
        return sizes[len(sizes) // 2] <= 5 and self.distinct <= _FEW

    @cached_property
    def are_pieces_with_returns(self) -> bool:
        """Whether the values are numbers of pieces, of which some are below zero and none is it."""
        if not self.is_pieces:
            return False
        numbers = [float(value) for value in self.values]
        return 0 not in numbers and 0 < sum(number < 0 for number in numbers) * 2 < len(numbers)

    @cached_property
    def is_number(self) -> bool:
        """Whether values hold numbers, as prices do, be there words for no price among them."""
        numbers = sum(prices.number_of(value) is not None for value in self.values)
        return numbers * 4 > len(self.values)

    @cached_property
    def has_fractions(self) -> bool:
        """Whether the values are numbers and some have a fraction."""
        return self.is_number and any("." in value or "," in value for value in self.values)

    @cached_property
    def is_measure(self) -> bool:
        """Whether the values are numbers with fractions, and so no ids."""
        return any(_FRACTION.fullmatch(value) for value in self.values) and all(
            prices.number_of(value) == value.lstrip("+-") for value in self.values
        )

    @cached_property
    def is_coordinate(self) -> bool:
        """Whether most values have the digits of a degree of latitude or longitude."""
        exact = sum(_COORDINATE.fullmatch(value) is not None for value in self.values)
        return exact * 2 > len(self.values)

    @cached_property
    def is_list(self) -> bool:
        """Whether values hold several ids each."""
        lists = 0
        for value in self.values:
            ids = value.split(" ")
            lists += len(ids) > 1 and all(re.search(r"\d", part) for part in ids)
        return lists * 4 > len(self.values)

    @cached_property
    def is_text(self) -> bool:
        """Whether values hold letters."""
        return any(re.search(r"[^\W\d_]", value) for value in self.values)

    @cached_property
    def has_digits(self) -> bool:
        """Whether most values hold digits, as numbers of products do."""
        return sum(re.search(r"\d", value) is not None for value in self.values) * 2 > len(
            self.values
        )

    @cached_property
    def is_written_as_time(self) -> bool:
        """Whether values are more than numbers, as times are written, and ids are not."""
        return not all(map(_NUMBER.fullmatch, self.values))

    def varies_within(self, other: "Profile") -> bool:
        """Return whether some value of another column has several of this one's beside it."""
        seen: dict[str, str] = {}
        return any(
            seen.setdefault(theirs, mine) != mine
            for mine, theirs in zip(self.cells, other.cells, strict=True)
            if mine and theirs
        )

    def is_part_of(self, other: "Profile") -> bool:
        """Return whether each of the values belongs to one of another column's, which has fewer."""
        repeats = len(self.values) - self.distinct
        return (
            repeats >= _REPEATS and other.distinct < self.distinct and not other.varies_within(self)
        )

    @cached_property
    def looks_like_ids(self) -> bool:
        """Whether the values are long whole numbers of one length, or texts with digits."""
        lengths = {len(value) for value in self.values}
        long = len(lengths) == 1 and min(lengths) >= _LONG
        of_digits = long and all(value.isdecimal() for value in self.values)
        return self.distinct >= _REPEATS and (of_digits or (self.is_text and self.has_digits))
