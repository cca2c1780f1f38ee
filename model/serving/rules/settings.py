"""The rules of a placement as a person sets them: labels, bounds, and what each one means."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from pydantic.dataclasses import dataclass

from data.comma_list import write_list
from data.errors import BadInput
from data.i18n import N_, _
from data.validation import (
    Configuration,
    Float,
    Int,
    Text,
    TextList,
    as_json,
    setting,
    specs,
)

_STOCK, _NEVER, _BUYER = N_("In stock"), N_("Never"), N_("By the buyer's history")
_VARIETY, _BOOST = N_("Variety"), N_("Moved up")
MOST_PER_LIST, MOST_DAYS, MOST_POSITIONS = 1_000, 3_660, 1_000


@dataclass(frozen=True)
class Rules(Configuration):
    """The rules of a placement; the default of each field is no rule.

    ``model.serving.rules.rules_numpy`` says in which order they are applied. A removal wins over a
    boost and a pinned position; of several lists that say what is in stock, each must have a
    product.

    ``recent_days`` removes a product whose last target in the history is less than this many days
    before the asking time, unless its category (the whole path) is bought again and again. A
    category is, where at least ``again_share`` of the buyers who bought any product of it did so on
    two or more days (UTC), among the events before the run's validation targets; with 0, none is.

    ``price_low`` and ``price_high`` bound the price as multiples of the median catalogue price of
    the targets in the history. Where no such price is known they remove nothing, else also the
    products without a price.

    A product is new in the ``new_days`` after its first event of any type in the log.

    Raises
    ------
    BadInput
        Where a value is not allowed, or two do not fit together.
    """

    stock_list: TextList = setting(
        (),
        label=N_("Products in stock"),
        help=N_("Recommend only these product ids; an empty list sets no limit."),
        group=_STOCK,
    )
    stock_file: Text = setting(
        "",
        label=N_("File of products in stock"),
        help=N_(
            "Recommend only the product ids in this text file, one a line. It is read again"
            " whenever it has changed."
        ),
        group=_STOCK,
    )
    stock_column: Text = setting(
        "",
        label=N_("Column of the table of products"),
        help=N_("Recommend only products whose value in this column is an allowed one."),
        group=_STOCK,
    )
    stock_values: TextList = setting(
        (),
        label=N_("Allowed values"),
        help=N_("The values of the column that may be recommended."),
        group=_STOCK,
    )
    never_categories: TextList = setting(
        (),
        label=N_("Never these categories"),
        help=N_(
            "Leave out these categories and all below them: electronics leaves out"
            " electronics.audio, too."
        ),
        group=_NEVER,
    )
    never_brands: TextList = setting(
        (), label=N_("Never these brands"), help=N_("Leave out these brands."), group=_NEVER
    )
    recent_days: Int = setting(
        0,
        label=N_("Not bought in the last days"),
        help=N_(
            "Leave out products that the buyer bought within this many days before being asked,"
            " unless their category is bought again and again; 0 for none."
        ),
        group=_BUYER,
        low=0,
        high=MOST_DAYS,
    )
    again_share: Float = setting(
        0.5,
        label=N_("Bought again and again"),
        help=N_(
            "A category is bought again and again where at least this share of its buyers bought"
            " from it on two or more days; 0: none is."
        ),
        group=_BUYER,
        low=0,
        high=1,
    )
    price_low: Float = setting(
        0.0,
        label=N_("Price from"),
        help=N_("Lowest price, as a multiple of the buyer's median price; 0 for none."),
        group=_BUYER,
        low=0,
        high=1_000,
    )
    price_high: Float = setting(
        0.0,
        label=N_("Price to"),
        help=N_("Highest price, as a multiple of the buyer's median price; 0 for none."),
        group=_BUYER,
        low=0,
        high=1_000,
    )
    max_per_brand: Int = setting(
        0,
        label=N_("At most of a brand"),
        help=N_("Products of one brand in a list at most; 0 for any number."),
        group=_VARIETY,
        low=0,
        high=MOST_PER_LIST,
    )
    max_per_category: Int = setting(
        0,
        label=N_("At most of a category"),
        help=N_("Products of one category in a list at most; 0 for any number."),
        group=_VARIETY,
        low=0,
        high=MOST_PER_LIST,
    )
    new_days: Int = setting(
        0,
        label=N_("Days that a product is new"),
        help=N_("A product is new for this many days after its first event; 0 for none."),
        group=_BOOST,
        low=0,
        high=MOST_DAYS,
    )
    new_factor: Float = setting(
        1.0,
        label=N_("Factor of new products"),
        help=N_("The probability of new products is multiplied by this before ranking."),
        group=_BOOST,
        low=0.001,
        high=1_000,
    )
    boost_list: TextList = setting(
        (),
        label=N_("Boosted products"),
        help=N_("Product ids whose probability is multiplied by the factor below."),
        group=_BOOST,
    )
    boost_factor: Float = setting(
        1.0,
        label=N_("Factor of boosted products"),
        help=N_("The probability of the boosted products is multiplied by this before ranking."),
        group=_BOOST,
        low=0.001,
        high=1_000,
    )
    pinned: TextList = setting(
        (),
        label=N_("Pinned positions"),
        help=N_("POSITION:PRODUCT, such as 1:1004856: the product that stands at this position."),
        group=_BOOST,
    )

    def __post_init__(self) -> None:
        """Check the settings that depend on each other."""
        if bool(self.stock_column) != bool(self.stock_values):
            raise BadInput(
                _("stock_column and stock_values go together; name a column and its values."),
                "stock_column",
            )
        if self.price_high and self.price_low > self.price_high:
            raise BadInput(
                _("price_low ({low}) is above price_high ({high}).").format(
                    low=self.price_low, high=self.price_high
                ),
                "price_low",
            )
        pins = self.pins
        if len(pins) < len(self.pinned) or len(set(pins.values())) < len(pins):
            raise BadInput(
                _("pinned names a position or a product twice: {pinned}.").format(
                    pinned=write_list(self.pinned, ", ")
                ),
                "pinned",
            )

    @property
    def pins(self) -> dict[int, str]:
        """Product by position, positions ascending.

        Raises
        ------
        BadInput
            Where a text is no ``POSITION:PRODUCT``.
        """
        pins = {}
        for text in self.pinned:
            position, _colon, product = text.partition(":")
            is_position = position.isascii() and position.isdecimal()
            if not (is_position and 1 <= int(position) <= MOST_POSITIONS and product.strip()):
                raise BadInput(
                    _(
                        "pinned cannot be “{value}”: it takes POSITION:PRODUCT, positions from 1 to"
                        " {most}."
                    ).format(value=text, most=MOST_POSITIONS),
                    "pinned",
                )
            pins[int(position)] = product.strip()
        return dict(sorted(pins.items()))

    def as_dict(self) -> dict[str, Any]:
        """Return the rules that are set, as JSON values."""
        return {
            name: as_json(getattr(self, name))
            for name, spec in specs(Rules).items()
            if getattr(self, name) != spec.default
        }

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> "Rules":
        """Return the rules that ``as_dict`` wrote; a missing key keeps its default."""
        return cls().override(settings)

    def override(self, changes: Mapping[str, Any]) -> "Rules":
        """Return these rules with some changed, from text or JSON values.

        Raises
        ------
        BadInput
            For an unknown key and for a value that is not allowed.

        Examples
        --------
        >>> Rules().override({"max_per_brand": "2", "never_brands": "acme, zeta"}).as_dict()
        {'never_brands': ['acme', 'zeta'], 'max_per_brand': 2}
        """
        return dataclasses.replace(self, **changes)
