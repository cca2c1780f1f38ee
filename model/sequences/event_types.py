"""The event types that a run read in training: their codes, and which of them it predicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import FIRST, UNKNOWN, Bools, Ints, Sequences

Types = Sequence[str | None] | npt.NDArray[Any]
"""Event type of each event; None for the type of an event of which only the product is known."""


@dataclass(frozen=True)
class EventTypes:
    """Names of event types; both are empty for a run of a version that did not store them.

    Attributes
    ----------
    names : tuple of str
        Of every type in the order of their codes.
    predicted : tuple of str
        Those that the run predicts, the most frequent first.

    Examples
    --------
    >>> types = EventTypes(("view", "cart", "purchase"), ("purchase",))
    >>> types.codes(["view", None]), types.are_predicted(["view", None])
    (array([2, 4], dtype=int32), array([False,  True]))
    >>> types.read("cart:17"), types.read("17"), types.read("a:17")
    (('cart', '17'), (None, '17'), (None, 'a:17'))
    """

    names: tuple[str, ...] = ()
    predicted: tuple[str, ...] = ()

    @classmethod
    def of(cls, sequences: Sequences) -> "EventTypes":
        """Return the types of the training events."""
        names = sequences.types.ids
        codes = np.unique(sequences.type[sequences.is_target])
        return cls(tuple(names), tuple(names[code - FIRST] for code in codes if code >= FIRST))

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "EventTypes":
        """Return the types that ``as_dict`` wrote."""
        return cls(tuple(content["names"]), tuple(content["predicted"]))

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {"names": list(self.names), "predicted": list(self.predicted)}

    @property
    def default(self) -> str | None:
        """The type of an event of which only the product is known: the most frequent target."""
        return self.predicted[0] if self.predicted else None

    @property
    def are_several(self) -> bool:
        """Whether there are types that the run does not predict."""
        return len(self.names) > len(self.predicted)

    def codes(self, types: Types) -> Ints:
        """Return the code of each type; None stands for the default."""
        index = pd.Index(self.names, dtype=object).get_indexer(self._with_default(types))
        return np.where(index < 0, UNKNOWN, index + FIRST).astype(np.int32)

    def are_predicted(self, types: Types) -> Bools:
        """Return whether the run predicts events of each type; None stands for the default."""
        if not self.are_several:
            return np.ones(len(types), dtype=bool)
        return np.asarray(self._with_default(types).isin(self.predicted))

    def read(self, word: str) -> tuple[str | None, str]:
        """Return the type and the product of a text ``TYPE:PRODUCT`` or ``PRODUCT``."""
        name, colon, product = word.partition(":")
        return (name, product) if colon and name in self.names else (None, word)

    def check(self, types: Types) -> None:
        """Raise BadInput where a type is given that training did not see."""
        unknown = sorted({name for name in types if name is not None} - {*self.names})
        if unknown:
            raise BadInput(
                _("An event cannot be of type “{value}”: it takes one of {choices}.").format(
                    value=unknown[0], choices=", ".join(self.names) or "–"
                )
            )

    def _with_default(self, types: Types) -> "pd.Index[str]":
        named = pd.Series(np.asarray(types, dtype=object))
        return pd.Index(named.where(named.notna(), self.default), dtype=object)
