"""What the recommendation page shows, as it stands in its address."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
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
        Changes of the history (``dashboard.services.recommendations.what_if``).
    why : str
        The product whose rank is explained.
    shown : int
        How many events of a long history are on the page; 0 means the usual number.
    compare, beside : str
        Whose lists stand side by side (``services.recommendations.comparison_models``): that of
        the run itself
        where ``compare`` is empty, and none at all where ``beside`` is.
    category : str
        Offer only products whose category begins like this.
    low, high : float
        Offer only products of this price; 0 sets no limit.
    days : int
        Offer only products that were sold in the dataset's last days; 0 offers all.
    mix : int
        By how many percent a product counts less for each one of its category before it.
    """

    run: str = ""
    user: str = ""
    k: int = 0
    hide: int = 0
    new: bool = False
    edit: str = ""
    why: str = ""
    shown: int = 0
    compare: str = ""
    beside: str = ""
    category: str = ""
    low: float = 0.0
    high: float = 0.0
    days: int = 0
    mix: int = 0

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> "Query":
        """Return the query that an address or the page's store holds.

        What cannot be read counts as left out.

        Examples
        --------
        >>> Query.read({"user": "541312140", "k": "7", "hide": "x", "low": "2.5"}).as_dict()
        {'user': '541312140', 'k': 7, 'low': 2.5}
        """
        values: dict[str, Any] = {}
        for field in fields(cls):
            given = parameters.get(field.name)
            if isinstance(field.default, bool):
                values[field.name] = str(given).lower() in {"1", "true"}
            elif isinstance(field.default, int):
                values[field.name] = int(_amount(given))
            elif isinstance(field.default, float):
                values[field.name] = _amount(given)
            else:
                values[field.name] = str(given or "").strip()
        if values["k"]:
            values["k"] = min(max(values["k"], SIZES[0]), SIZES[-1])
        values["mix"] = min(values["mix"], 100)
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
        return replace(self.of_history(), user=user, hide=min(self.hide, 1))

    def of_history(self) -> "Query":
        """Return the query without edits and explanations: what the controls above show."""
        return replace(self, edit="", why="", shown=0)

    @property
    def narrowed(self) -> bool:
        """Whether not every product may be offered, or not in the model's order."""
        return bool(self.category or self.low or self.high or self.days or self.mix)

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


def _amount(given: Any) -> float:
    try:
        amount = float(given)
    except (TypeError, ValueError):
        return 0.0
    return amount if 0 < amount < math.inf else 0.0
