"""Which column of a file is which column of an event."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Roles:
    """The role of each column of a file.

    Attributes
    ----------
    mapping : dict
        Event column → column of the file; ``DAY+CLOCK`` for a time in two columns.
    unsure : dict
        Event column → why another column might have been meant, marked for translation.
    times : tuple of str
        The columns that may as well be the time, where there are several; the first one is taken.
    sign : str
        The column whose sign tells a return from a purchase, where the price and the quantity do
        not; empty for none.
    forward_filled : frozenset of str
        The columns that have a value in the first row of an order alone, which holds for the rows
        below it.
    """

    mapping: dict[str, str]
    unsure: dict[str, str] = field(default_factory=dict)
    times: tuple[str, ...] = ()
    sign: str = ""
    forward_filled: frozenset[str] = frozenset()
