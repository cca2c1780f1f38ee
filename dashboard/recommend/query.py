"""What the recommendation page shows, as it stands in its address."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlencode

PATH = "/recommend"
SIZES = (5, 10, 20, 50, 100)
BASKET_SIZE = 5
BUYER_SIZE = 10


@dataclass(frozen=True)
class Query:
    """Everything that decides what the page shows; what is at its default is left out.

    Attributes
    ----------
    run : str
        The model; the newest one where it is empty.
    user : str
        The buyer; a basket that starts empty where it is empty.
    k : int
        How many products to offer, from 5 to 100.
    hide : int
        How many of the buyer's last events the model must not see.
    new : bool
        Whether products of the history are left out.
    edit : str
        Changes of the history (``dashboard.services.edits``).
    why : str
        The product whose rank is explained.
    shown : int
        How many events of a long history are on the page; 0 means the usual number.
    """

    run: str = ""
    user: str = ""
    k: int = 0
    hide: int = 0
    new: bool = False
    edit: str = ""
    why: str = ""
    shown: int = 0

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> "Query":
        """Return the query that an address or the page's store holds.

        What cannot be read counts as left out.

        Examples
        --------
        >>> Query.read({"user": "541312140", "k": "7", "hide": "x"})
        Query(run='', user='541312140', k=7, hide=0, new=False, edit='', why='', shown=0)
        """
        values: dict[str, Any] = {}
        for field in fields(cls):
            given = parameters.get(field.name)
            if isinstance(field.default, bool):
                values[field.name] = str(given).lower() in {"1", "true"}
            elif isinstance(field.default, int):
                values[field.name] = _whole(given)
            else:
                values[field.name] = str(given or "").strip()
        if values["k"]:
            values["k"] = min(max(values["k"], SIZES[0]), SIZES[-1])
        return cls(**values)

    @property
    def size(self) -> int:
        """How many products are offered."""
        return self.k or (BUYER_SIZE if self.user else BASKET_SIZE)

    def of_buyer(self, user: str) -> "Query":
        """Return the query for another buyer; what is particular to this one is dropped.

        Examples
        --------
        >>> Query(run="demo-1", user="7", k=20, edit="drop:1").of_buyer("8").as_dict()
        {'run': 'demo-1', 'user': '8', 'k': 20}
        """
        return Query(run=self.run, user=user, k=self.k, hide=min(self.hide, 1), new=self.new)

    def as_dict(self) -> dict[str, Any]:
        """Return what is not at its default, for the page's store and for addresses."""
        return {
            name: int(value) if isinstance(value, bool) else value
            for name, value in asdict(self).items()
            if value
        }

    def href(self, **changes: Any) -> str:
        """Return the address of this view with some things changed.

        Examples
        --------
        >>> Query(run="demo-1", user="7", edit="drop:1").href(user="8", edit="")
        '/recommend?run=demo-1&user=8'
        """
        given = Query(**(asdict(self) | changes)).as_dict()
        return f"{PATH}?{urlencode(given, safe=',:')}" if given else PATH


def _whole(given: Any) -> int:
    try:
        return max(int(given), 0)
    except (TypeError, ValueError):
        return 0
