"""Attributes of buyers as inputs of models: what is known of a buyer beside the history."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.datasets.attribute_table import AttributeTable
from data.datasets.side_tables import Attribute
from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import UNKNOWN, Ints
from model.sequences.attributes_numpy import (
    as_number,
    as_text,
    attribute_codes,
    codes_of_buyer,
    sizes,
)
from model.sequences.features import CONTEXT_DROPOUT
from model.sequences.histories import Histories

BUYER = "buyer"
"""Name of the input of a network that ``buyer_codes`` makes, and of the column of events."""
LEAST_BUYERS = 5
"""Training buyers with a value from which it has a code of its own; rarer values share one."""
MOST_VALUES = 200
"""Values of an attribute with a code of their own, at most; a code is a byte."""
INTERVALS = 10
"""Intervals of a number, with about as many training buyers each."""

BUYER_DROPOUT = 0.5
"""Share of the training histories whose buyers' attributes are all masked. A buyer has one set of
them and many targets, so that a network learns buyers by heart by them; with a tenth it did."""

Codes = npt.NDArray[np.uint8]
Users = list[str] | npt.NDArray[Any]
Values = Mapping[str, Any]
"""What is known of one buyer, by the name of the attribute."""


@dataclass(frozen=True)
class BuyerAttributes:
    """The attributes of buyers that training saw, and the codes of their values.

    Attributes
    ----------
    vocabulary : tuple of dict
        For each attribute ``name``, ``label``, and its ``values`` and ``rare`` values (most
        frequent first), or its ``bounds``; see ``model.sequences.attributes_numpy``.
    """

    vocabulary: tuple[dict[str, Any], ...] = ()

    @classmethod
    def of(cls, table: AttributeTable, users: Users) -> "BuyerAttributes":
        """Return the attributes that tell the training buyers apart.

        An attribute that has a single code among them, or an own value for each, is left out.
        """
        if not table:
            return cls()
        rows = table.rows.reindex(users)
        entries = [_entry(attribute, rows[attribute.name]) for attribute in table.attributes]
        codes = attribute_codes(entries, {entry["name"]: rows[entry["name"]] for entry in entries})
        informative = [len(np.unique(column)) > 1 for column in codes.T]
        return cls(tuple(e for e, tells in zip(entries, informative, strict=True) if tells))

    def __len__(self) -> int:
        """Return the number of attributes."""
        return len(self.vocabulary)

    @property
    def names(self) -> list[str]:
        """The names of the attributes."""
        return [entry["name"] for entry in self.vocabulary]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of codes of each attribute, padding and missing included."""
        return sizes(self.vocabulary)

    def codes_of_users(self, table: AttributeTable, users: Users) -> Codes:
        """Return the codes of some buyers of a side table, uint8 [buyers, attributes].

        What the table has in another form now, such as a number that was a category, is missing.
        """
        rows = table.rows.reindex(users)
        missing = np.full(len(rows), None)
        columns = {name: rows.get(name, missing) for name in self.names}
        codes: Codes = attribute_codes(self.vocabulary, columns)
        return codes

    def codes(self, buyer: Values) -> Codes:
        """Return the codes of a buyer of whom some values are known, uint8 [1, attributes]."""
        codes: Codes = codes_of_buyer(self.vocabulary, buyer)
        return codes

    def known(self, buyer: Values) -> list[str]:
        """Return the attributes of which training knows the value that a buyer has."""
        codes = self.codes(buyer)[0]
        return [name for name, code in zip(self.names, codes, strict=True) if code != UNKNOWN]

    def check(self, buyer: Values) -> None:
        """Raise BadInput where a value is of no attribute, or is text for a number."""
        for name, value in buyer.items():
            entry = next((entry for entry in self.vocabulary if entry["name"] == name), None)
            if entry is None:
                raise BadInput(
                    _("A buyer has no attribute “{name}” here: it takes some of {choices}.").format(
                        name=name, choices=", ".join(self.names) or "–"
                    )
                )
            if "bounds" in entry and value is not None and not np.isfinite(as_number(value)):
                raise BadInput(
                    _("{name} of a buyer cannot be “{value}”: it takes a number.").format(
                        name=name, value=value
                    )
                )


def buyer_codes(histories: Histories) -> Ints:
    """Return the codes of the attributes of each history's buyer, int32 [histories, attributes]."""
    assert histories.buyer is not None
    return histories.buyer.astype(np.int32)


def drop_attributes(codes: Ints, random: np.random.Generator) -> Ints:
    """Mask attributes in training, so that a network also answers where they are not known.

    A random ``BUYER_DROPOUT`` of the histories loses all of them, and each attribute is lost by
    ``CONTEXT_DROPOUT`` of the others.
    """
    whole = random.random((len(codes), 1)) < BUYER_DROPOUT
    single = random.random(codes.shape) < CONTEXT_DROPOUT
    return np.where(whole | single, np.int32(UNKNOWN), codes)


def _entry(attribute: Attribute, values: "pd.Series[Any]") -> dict[str, Any]:
    """Return the vocabulary of an attribute over the training buyers."""
    about: dict[str, Any] = {"name": attribute.name, "label": attribute.label}
    if attribute.kind == "number":
        numbers = values.dropna().to_numpy(dtype=np.float64)
        shares = np.arange(1, INTERVALS) / INTERVALS
        bounds = np.unique(np.quantile(numbers, shares)) if len(numbers) else np.zeros(0)
        return about | {"bounds": bounds.tolist()}
    counts = Counter(text for value in values if (text := as_text(value)) is not None)
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    frequent = sum(counts[value] >= LEAST_BUYERS for value in ordered[:MOST_VALUES])
    return about | {"values": ordered[:frequent], "rare": ordered[frequent:]}
