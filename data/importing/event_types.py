"""What the event types of a log mean: view, cart, favourite, purchase, return or removal."""

import re
from collections.abc import Iterable, Mapping

from data.datasets.database import quote
from data.events import PURCHASE

UNKNOWN_TYPE = "unknown"
"""The type of an event whose type is missing in a log that has types."""

_SPELLINGS = {
    "view": "view viewed views pageview page_view pv click clic clicked detail detail_view "
    "view_item view_product product_view product_viewed productview viewcontent view_content "
    "item_view view_item_list content_view visit visita vista ver browse impression "
    "catalog_product_view product_detail",
    "cart": "cart carted add_cart add_to_cart addtocart added_to_cart add_to_basket addtobasket "
    "basket product_added_to_cart product_added item_added add carrito agregar_carrito "
    "checkout_cart_add "
    "added_item_to_cart ecommerce_cart_update",
    "favourite": "favourite favorite fav favor favourited favorited wishlist add_to_wishlist "
    "addtowishlist product_added_to_wishlist collect collected like liked save saved favorito",
    PURCHASE: "purchase purchased purchases buy bought order ordered orders transaction "
    "transactions sale sales sold order_completed order_complete ordercompleted completed_order "
    "checkout_completed order_placed placed_order order_paid orders_paid paid payment "
    "ecommerce_order ecommerce_purchase checkout_onepage_controller_success_action "
    "sales_order_place_after thankyou woocommerce_thankyou conversion compra compras comprado "
    "pedido venta",
    "return": "return returned returns refund refunded refunds cancel cancelled canceled "
    "cancellation chargeback order_refunded order_cancelled order_canceled devolucion "
    "reembolso",
    "remove_from_cart": "remove_from_cart removefromcart product_removed removed_from_cart "
    "remove_cart cart_remove",
}
STANDARD_TYPES = tuple(_SPELLINGS)
"""The event types whose spellings are known."""

_MEANINGS = {
    spelling.replace("_", ""): name
    for name, spellings in _SPELLINGS.items()
    for spelling in spellings.split()
}

CODES = {
    frozenset("1234"): {"1": "view", "2": "favourite", "3": "cart", "4": PURCHASE},
    frozenset("0123"): {"0": "view", "1": "cart", "2": PURCHASE, "3": "favourite"},
}
"""Numbers that stand for types: those of Tianchi, then those of Tmall."""

_MOST_KINDS = 40


def meaning_of(code: str) -> str | None:
    """Return the standard type that a word means; None where it is not known.

    Case, blanks and separators do not matter.

    >>> meaning_of("Order Completed"), meaning_of(" AddToCart "), meaning_of("signup")
    ('purchase', 'cart', None)
    """
    return _MEANINGS.get(re.sub(r"[^a-z0-9]+", "", code.lower()))


def meanings(codes: Iterable[str], chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what each of a log's types means; a type that is not known means itself.

    Parameters
    ----------
    codes : iterable of str
        The texts of the type column.
    chosen : mapping, optional
        What a person said that a text means.

    Examples
    --------
    >>> meanings(["pv", "buy"]), meanings(["1", "2", "3", "4"])["4"]
    ({'pv': 'view', 'buy': 'purchase'}, 'purchase')
    """
    texts = {code.strip() for code in codes}
    numbers = next((table for codes_of, table in CODES.items() if _stand_for(texts, codes_of)), {})
    return {
        code: (chosen or {}).get(code) or numbers.get(code) or meaning_of(code) or code
        for code in sorted(texts, key=lambda text: (len(text), text))
    }


def _stand_for(texts: set[str], codes: frozenset[str]) -> bool:
    """Tell whether the texts are some of a competition's numbers, its last one among them."""
    return len(texts) > 1 and texts <= codes and max(codes) in texts


def looks_like_types(values: Iterable[str]) -> bool:
    """Tell whether a column holds event types: few different texts, most of them known ones.

    >>> looks_like_types(["pv", "pv", "buy", "fav"]), looks_like_types(["red", "blue"])
    (True, False)
    """
    kinds = {value.strip() for value in values if value.strip()}
    if not kinds or len(kinds) > _MOST_KINDS:
        return False
    known = sum(meaning_of(kind) is not None for kind in kinds)
    return known > len(kinds) / 2


def meaning_sql(column: str, chosen: Mapping[str, str]) -> str:
    """Return the SQL of what a type means, ``unknown`` where it is missing.

    Spellings that the first rows do not have are known, too: they are compared without case,
    blanks and separators, which costs time for these rows alone.

    Parameters
    ----------
    column : str
        The SQL of the text; NULL where it is missing.
    chosen : mapping
        The meanings of the texts that do not mean themselves.
    """
    exact = "".join(f"WHEN {quote(code)} THEN {quote(name)} " for code, name in chosen.items())
    same = "".join(f"WHEN {quote(name)} THEN {quote(name)} " for name in _SPELLINGS)
    known = " ".join(f"WHEN {quote(word)} THEN {quote(name)}" for word, name in _MEANINGS.items())
    plain = f"regexp_replace(lower({column}), '[^a-z0-9]+', '', 'g')"
    others = f"CASE {plain} {known} ELSE trim({column}) END"
    value = f"CASE {column} {exact}{same}ELSE {others} END"
    return f"coalesce({value}, {quote(UNKNOWN_TYPE)})"
