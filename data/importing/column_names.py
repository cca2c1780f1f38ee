"""Names of columns: what a name is without units, brackets and nesting, and its role if known."""

import re
from functools import lru_cache

from data.importing.column_vocabulary import HOUSEHOLDS, NAMES, NOUNS, without_id_marks
from data.importing.words import bare, words_of

_INDEX = re.compile(
    r"|Unnamed: \d+|index|column 1|level_0|row_?names?|row_?(id|no|number|num)?", re.I
)
_ASIDE = re.compile(r"(?<=.)[(\[（【][^)\]）】]*[)\]）】]")
_TYPED = re.compile(r":(token|float)(_seq)?$")
_UNIT = re.compile(r"(?<=.),\s.*$")
_OUTER = re.compile(r"^([^.]*\w)?\.(?=[\w$@])|^[^/]*\b[Ll]ines/(?=\w)")
_WRAPPED = re.compile(r"\.(\$(date|oid|uuid|timestamp|number\w+)|[SN]|_?seconds)$")
_TAX = re.compile(
    r"(tax)?(incl|excl)(uding|usive|uded)?(tax|vat|gst)?$|(with|without)(tax|vat)$"
    r"|(tax|vat)(incl|excl)(uded)?$|(ttc|ht|netto|brutto|inklmwst|zzglmwst|ivaincl(uido)?)$"
)
_OTHER_UNIT = re.compile(
    r"[(\[（ _-](in )?(cents?|pence|centavos|c[ée]ntimos|centimes|kopecks|коп\w*|分"
    r"|k|thousands?|tsd|mio|millions?)\b",
    re.I,
)


@lru_cache(maxsize=1 << 12)
def bare_name(column: str) -> str:
    """Return a column's name as ``column_vocabulary`` has it.

    What stands in brackets or behind a comma, RecBole's type, and the outer parts of a nested field
    whose whole name is not known are left out.

    >>> bare_name("Customer ID"), bare_name("Order #"), bare_name("Email (Billing)")
    ('customerid', 'orderno', 'email')
    >>> bare_name("user_id:token"), bare_name("properties.productId"), bare_name("at.$date")
    ('userid', 'productid', 'at')
    >>> bare_name("customer.id"), bare_name("Q.tà"), bare_name("_source.product.id")
    ('customerid', 'qta', 'productid')
    """
    name = _ASIDE.sub("", _WRAPPED.sub("", _TYPED.sub("", column.strip())))
    inner = [name]
    while (shorter := _OUTER.sub("", inner[-1], count=1)) != inner[-1]:
        inner.append(shorter)
    names = [bare(re.sub(r"#|№|[Nn][°º]", " no ", _UNIT.sub("", text))) for text in inner]
    return next(filter(_is_known, names), names[-1])


def _is_known(name: str) -> bool:
    """Return whether a bare name is that of any role."""
    is_noun = any(nouns.place(name) is not None for nouns in NOUNS.values())
    return is_noun or any(name in names for names in NAMES.values())


def place_of(role: str, column: str) -> tuple[int, int] | None:
    """Return how sure a column's name says its role, less is surer; None where it does not.

    >>> place_of("user", "customer_unique_id") < place_of("user", "Kunden-Nr.")
    True
    >>> place_of("product", "game_id") is None, place_of("product", "game") is None
    (False, True)
    """
    name = bare_name(column)
    if role in NOUNS:
        return NOUNS[role].place(name)
    names = NAMES.get(role, ())
    if role == "price" and name not in names:
        name = _TAX.sub("", name)
    if role == "price" and is_in_other_unit(column):
        return None
    return (0, names.index(name)) if name in names else None


def roles_of(column: str) -> set[str]:
    """Return the roles that a column's name may say.

    >>> sorted(roles_of("order_id")), roles_of("colour")
    (['session'], set())
    """
    return {role for role in (*NOUNS, *NAMES) if place_of(role, column) is not None}


def is_in_other_unit(column: str) -> bool:
    """Return whether a column's name says hundredths or thousands of a currency's unit.

    >>> is_in_other_unit("price (in cents)"), is_in_other_unit("price")
    (True, False)
    """
    return _OTHER_UNIT.search(column) is not None


def is_price_in_parts(column: str) -> bool:
    """Return whether a column's name says a price in hundredths or thousands of the unit.

    >>> is_price_in_parts("price (in cents)"), is_price_in_parts("amount_cents")
    (True, True)
    >>> is_price_in_parts("price"), is_price_in_parts("discount_cents")
    (False, False)
    """
    name = _OTHER_UNIT.sub("", column)
    return name != column and place_of("price", re.sub(r"[)\]）]+$|_in$", "", name)) is not None


def is_household_name(column: str) -> bool:
    """Return whether a column's name is that of the id of a household, in which several buy.

    >>> is_household_name("HSHD_NUM"), is_household_name("card_id")
    (True, False)
    """
    name = bare_name(column)
    return any(noun in HOUSEHOLDS for noun in (name, *without_id_marks(name)))


def is_visit_name(column: str) -> bool:
    """Return whether a column's name is that of a visit or session rather than of a person."""
    return bare_name(column).startswith(("session", "visit"))


def name_words(column: str) -> list[str]:
    """Return the words of a name, without RecBole's type and the outermost part of a nested field.

    >>> name_words("unit_price:float"), name_words("properties.unitPrice")
    (['unit', 'price'], ['unit', 'price'])
    """
    return words_of(_OUTER.sub("", _TYPED.sub("", column.strip()), count=1).replace("_", " "))


def is_index_name(column: str) -> bool:
    """Return whether a column's name may be that of an index of rows."""
    return _INDEX.fullmatch(column.strip()) is not None
