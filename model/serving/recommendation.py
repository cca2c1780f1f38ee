"""Ranked products, and what the rules of a placement did to a list of them."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Recommendation:
    """A ranked product.

    Attributes
    ----------
    repeat : bool
        Whether the history has a target of it.
    model_rank : int
        Its rank by probability, before rules.
    rules : tuple of str
        The rules that moved it up.
    """

    rank: int
    product: str
    title: str | None
    probability: float
    brand: str | None
    category: str | None
    price: float | None
    repeat: bool
    model_rank: int
    rules: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self) | {"rules": list(self.rules)}


@dataclass(frozen=True)
class LeftOut:
    """A product among the first k by probability that rules keep out of the list.

    Attributes
    ----------
    product : str
    model_rank : int
    rule : str
        The rule that removed it; ``moved`` where others were moved up before it.
    """

    product: str
    model_rank: int
    rule: str


@dataclass(frozen=True)
class RuledRecommendations:
    """The list that rules leave, and what they did.

    Attributes
    ----------
    items : list of Recommendation
    left_out : list of LeftOut
    removed : dict of str to int
        How many products each rule removed from the catalogue for this buyer, or passed over.
    """

    items: list[Recommendation]
    left_out: list[LeftOut]
    removed: dict[str, int]
