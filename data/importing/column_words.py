"""What the words of a column's name say of its role, where the name as a whole is not known."""

import re
from collections.abc import Sequence

from data.importing.column_names import bare_name, is_in_other_unit, name_words, place_of
from data.importing.column_vocabulary import TOTALS
from data.importing.words import bare_words, words_of

_SIGN_WORDS = frozenset(bare_words("sign vorzeichen signo segno signe znak знак 符号"))
_MONEY_WORDS = frozenset(
    bare_words(
        "total amount value net gross price sales revenue turnover paid charged sum subtotal"
    )
)
_NO_MONEY_OF_A_ROW = frozenset(
    bare_words(
        "discount discounts disc promo promotion coupon voucher rebate tax vat fee fees shipping "
        "freight tip tips cost profit margin balance change delta diff difference stock inventory "
        "points score rating credit wallet adjustment rounding count qty quantity loss variance "
        "refund return"
    )
)
_PRICE_WORDS = frozenset(
    bare_words("price preis prix precio preco prezzo prijs pris cena цена fiyat fiyati harga")
)
_PRICE_ENDING = re.compile(r"(price|preis|prijs|pris|价格|價格|单价|單價|単価|価格|단가|가격)$")
_OTHER_PRICES = frozenset(
    bare_words(
        "original orig old was list regular before previous prev base msrp rrp uvp suggested "
        "compare "
        "cost wholesale discount total extended ext line order cart basket min max minimum "
        "maximum lowest highest "
        "competitor range level tier group type class category id code name currency index change "
        "diff difference percent pct per ratio rate micros micro minor cents pence k thousand "
        "sensitivity elasticity bucket bin band rank segment quantile decile flag count log norm "
        "normalized normalised scaled std avg average mean score date since valid "
        "shipping freight tax einkaufs ek streich alt antes anterior avant awal asli estimated"
    )
)
_PRICE_PAID = frozenset(
    bare_words("final net paid unit after actual sale selling deal setelah finale")
)
_PIECES = frozenset(
    bare_words(
        "qty quantity quantities cantidad unidades uds unid quantite menge anzahl stk stck "
        "ilosc szt "
        "quantita quantidade qtd qtde aantal antal antall adet pcs pieces ks"
    )
)
_COUNTS = frozenset(bare_words("cnt count amount sold"))
_COUNTED = frozenset(bare_words("item items product units bottles"))
_OTHER_PIECES = frozenset(
    bare_words(
        "returned refunded cancelled canceled stock available total order min max minimum maximum "
        "discount reorder back backordered price value revenue left remaining per limit "
        "id code unit category type distinct unique number of in on hand"
    )
)
_ACTION_WORDS = frozenset(
    bare_words(
        "action behavior behaviour interaction activity event aktion accion acao azione действие "
        "событие 行为 行為 动作 行動 행동 이벤트"
    )
)
_MARKS_OF_CODES = frozenset(bare_words("id code no nr num number type kind cd typ tipo"))


def is_sign_name(column: str) -> bool:
    """Return whether a column's name says that it holds signs, of which one undoes a purchase.

    >>> is_sign_name("Sign_Flag"), is_sign_name("signup"), is_sign_name("Vorzeichen")
    (True, False, True)
    """
    return bool(_SIGN_WORDS & set(words_of(column.replace("_", " "))))


def is_money_name(column: str) -> bool:
    """Return whether a column's name is that of the money of a row, whose sign tells a return.

    >>> [is_money_name(name) for name in ("order_total", "Extended Price", "Line Amount (EUR)")]
    [True, True, True]
    >>> [is_money_name(name) for name in ("total_discount", "stock_value", "tax_amount", "delta")]
    [False, False, False, False]
    """
    if bare_name(column) in TOTALS or place_of("price", column) is not None:
        return True
    words = set(words_of(column.replace("_", " ")))
    return bool(words & _MONEY_WORDS) and not words & _NO_MONEY_OF_A_ROW


def price_by_word(column: str) -> int | None:
    """Return how likely a name with the word of a price is that of what a unit cost, less is surer.

    None where there is no such word, or one beside it that makes another price or no price of it.

    >>> [price_by_word(name) for name in ("final_unit_price", "Stuksprijs", "product_price_usd")]
    [0, 1, 1]
    >>> [price_by_word(name) for name in ("original_price", "price_range", "price_micros")]
    [None, None, None]
    """
    words = name_words(column)
    if not any(word in _PRICE_WORDS or _PRICE_ENDING.search(word) for word in words):
        return None
    if is_in_other_unit(column) or (_OTHER_PRICES - _words_behind(words)) & set(words):
        return None
    return 0 if _PRICE_PAID & set(words) else 1


def _words_behind(words: Sequence[str]) -> set[str]:
    """Return the words behind “after”: the price after a discount is the one that is paid."""
    place = next((k for k, word in enumerate(words) if word in ("after", "setelah")), len(words))
    return set(words[place:])


def is_pieces_by_word(column: str) -> bool:
    """Return whether a name that is not known has words of a number of pieces.

    >>> [is_pieces_by_word(name) for name in ("Uds.", "item_cnt_day", "Qty Sold", "Bottles Sold")]
    [True, True, True, True]
    >>> [is_pieces_by_word(name) for name in ("qty_refunded", "stock_qty", "orders count")]
    [False, False, False]
    """
    words = set(name_words(column))
    is_count = bool(words & _COUNTS and words & _COUNTED)
    return (is_count or bool(words & _PIECES)) and not words & _OTHER_PIECES


def is_action_name(column: str) -> bool:
    """Return whether a name that is not known ends with the word of an action, or its code.

    >>> [is_action_name(name) for name in ("Online_Action_id", "behavior_code", "actionTypeId")]
    [True, True, True]
    >>> is_action_name("event_category"), is_action_name("transaction_id")
    (False, False)
    """
    words = name_words(column)
    while len(words) > 1 and words[-1] in _MARKS_OF_CODES:
        words.pop()
    return bool(words) and words[-1] in _ACTION_WORDS
