"""Homes of several machines that have a store in common: each is a cache of what is in it.

Datasets and runs are folders of files. In the store each version of a file is an object of its own,
which is written once; a row in the database names the objects of a folder. That row is the commit:
objects are uploaded first, where nobody looks for them, so that whoever reads sees a folder as it
was before or after, and whatever a crash leaves behind is named by no row.

All other code reads the folders in the home. ``Mirror`` brings into them what has changed: small
files at once, large ones when somebody needs them.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from data.home import Home

if TYPE_CHECKING:
    from data.sharing.mirror import Mirror

_OPENERS: "list[Callable[[Home], Mirror]]" = []


def provide(opener: "Callable[[Home], Mirror]") -> None:
    """Register the function that opens the mirror of a home.

    A layer that knows the database calls it, which this one does not.

    Parameters
    ----------
    opener : callable
        Takes a home with a store, and returns its mirror.
    """
    _OPENERS[:] = [opener]


def mirror_of(home: Home) -> "Mirror | None":
    """Return the mirror of a home, the same object for all callers; None without a store.

    Raises
    ------
    BadInput
        When the store or the home belongs to another database.
    StoreError
        When the store cannot be read.
    """
    return None if home.store_url is None else _mirror(home)


@lru_cache(maxsize=8)
def _mirror(home: Home) -> "Mirror":
    (opener,) = _OPENERS
    return opener(home)
