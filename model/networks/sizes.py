"""What a network must know of the data before it is built."""

from dataclasses import dataclass

from model.task import Task


@dataclass(frozen=True)
class Sizes:
    """Sizes of vocabularies, padding and unknown included, and the scale of prices."""

    products: int
    brands: int
    categories: int
    price_mean: float = 0.0
    price_deviation: float = 1.0

    @classmethod
    def of(cls, task: Task) -> "Sizes":
        """Measure what training sees of a task."""
        prices = task.visible_prices()
        known = task.sequences
        return cls(
            products=len(known.products),
            brands=len(known.brands),
            categories=len(known.categories),
            price_mean=float(prices.mean()) if len(prices) else 0.0,
            price_deviation=float(prices.std()) or 1.0 if len(prices) else 1.0,
        )
