"""The state of the recommendation page, as its address and its store hold it."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from dashboard.components import NO_CHOICE

PATH = "/recommend"
SIZES = (5, 10, 20, 50, 100)
BASKET_SIZE = 5
BUYER_SIZE = 10
OF_ONE_HISTORY = ("edit", "why", "shown")
"""Fields that belong to one history; another buyer starts without them."""


@dataclass(frozen=True)
class Query:
    """The state of the page; fields at their default are left out of the address.

    Attributes
    ----------
    run : str
        The model; the newest one where it is empty.
    user : str
        The buyer; an empty basket where it is empty.
    k : int
        Length of the list, from 5 to 100; 0 for the default.
    hide : int
        How many of the buyer's last events are hidden from the model; more where none of them is
        of a type that it predicts.
    new : bool
        Whether products of the history are left out.
    edit : str
        Edits of the history (``dashboard.services.recommendations.what_if``).
    why : str
        The product whose rank is explained.
    shown : int
        Maximum rows of the history; 0 for the default.
    compare, beside : str
        Keys of the two models that are compared
        (``dashboard.services.recommendations.comparison_models``). An empty ``compare`` is the run
        itself; an empty ``beside`` is no comparison.
    category : str
        Recommend only products whose category begins with this.
    low, high : float
        Recommend only products in this price range; 0 sets no limit.
    days : int
        Recommend only products sold in the dataset's last days; 0 for all.
    mix : int
        Percentage by which a product is discounted for each one of its category before it; 0 with
        a placement, whose rules care for variety.
    placement : str
        The placement whose rules apply; none where it is empty.
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
    placement: str = ""

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> "Query":
        """Return the query of an address or of the page's store.

        A value that cannot be parsed counts as left out.

        Examples
        --------
        >>> Query.read({"user": "541312140", "k": "7", "hide": "x", "low": "2.5"}).as_dict()
        {'user': '541312140', 'k': 7, 'low': 2.5}
        """
        values: dict[str, Any] = {}
        for field in fields(cls):
            value = parameters.get(field.name)
            if isinstance(field.default, bool):
                values[field.name] = str(value).lower() in {"1", "true"}
            elif isinstance(field.default, int):
                values[field.name] = int(_positive(value))
            elif isinstance(field.default, float):
                values[field.name] = _positive(value)
            else:
                values[field.name] = str(value or "").strip()
        if values["k"]:
            values["k"] = min(max(values["k"], SIZES[0]), SIZES[-1])
        values["mix"] = 0 if values["placement"] else min(values["mix"], 100)
        return cls(**values)

    @property
    def size(self) -> int:
        """Length of the list."""
        return self.k or (BUYER_SIZE if self.user else BASKET_SIZE)

    def of_buyer(self, user: str) -> "Query":
        """Return the query for another buyer, without the fields of one history.

        Examples
        --------
        >>> Query(run="demo-1", user="7", k=20, edit="drop:1").of_buyer("8").as_dict()
        {'run': 'demo-1', 'user': '8', 'k': 20}
        """
        return replace(self.controls(), user=user, hide=min(self.hide, 1))

    def controls(self) -> "Query":
        """Return the query without the fields of one history: the state of the controls."""
        values = asdict(self)
        return Query(**{name: values[name] for name in values if name not in OF_ONE_HISTORY})

    @property
    def narrowed(self) -> bool:
        """Whether products are filtered out or the list is diversified."""
        return bool(self.category or self.low or self.high or self.days or self.mix)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields that are not at their default, for the page's store and addresses."""
        return {
            name: int(value) if isinstance(value, bool) else value
            for name, value in asdict(self).items()
            if value
        }

    def href(self, **changes: Any) -> str:
        """Return the address of the page with some fields changed.

        Examples
        --------
        >>> Query(run="demo-1", user="7", edit="drop:1").href(user="8", edit="")
        '/recommend?run=demo-1&user=8'
        """
        values = Query(**(asdict(self) | changes)).as_dict()
        return f"{PATH}?{urlencode(values, safe=',:')}" if values else PATH


def state_rules() -> str:
    """Return the names and defaults of the state that ``assets/pages/recommend.js`` reads, as JSON.

    ``path``; ``names`` of the fields in the order of the address; ``of_one_history``, the fields
    that another buyer starts without; ``sizes``, the default length of a list; ``no_choice``, the
    value of a select in which nothing is chosen.
    """
    return json.dumps(
        {
            "path": PATH,
            "names": [field.name for field in fields(Query)],
            "of_one_history": OF_ONE_HISTORY,
            "sizes": {"buyer": BUYER_SIZE, "basket": BASKET_SIZE},
            "no_choice": NO_CHOICE,
        }
    )


def _positive(value: Any) -> float:
    """Return a value as a finite positive number; 0 where it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0.0
    return number if 0 < number < math.inf else 0.0
