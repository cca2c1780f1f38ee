"""How ids are written: whole numbers, whole numbers that went through floats, or text."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from data.datasets.database import quote
from data.importing.words import bare

_GUEST_WORDS = (
    "guest guests guest_user guest_checkout guest_customer guest_order anonymous anon "
    "anonymous_user anonymous_customer walk_in walk_in_customer cash_customer cash_sale "
    "unregistered not_logged_in no_customer gast gastkunde gastbestellung laufkunde laufkundschaft "
    "barverkauf barkunde anonym invitado cliente_invitado consumidor_final publico_en_general "
    "publico_general cliente_generico clientes_varios cliente_mostrador anonimo invite "
    "client_invite client_comptoir client_de_passage anonyme ospite cliente_occasionale convidado "
    "cliente_balcao gosc klient_detaliczny misafir tamu гость розничный_покупатель частное_лицо "
    "физическое_лицо аноним 游客 散客 匿名 匿名用户 访客 ゲスト 게스트 비회원"
)
_GUESTS = frozenset(map(bare, _GUEST_WORDS.split()))
"""Names of a buyer who is not known, in the logs of many makers and languages."""

_BEGINS_OF_GUESTS = 5
_TIMES_A_BUYER = 4
_CUT = "[.,]0{1,18}$"
_PLAIN = r"(0|[1-9][0-9]{0,17})([.]0+|,0{1,2})?"
_SCIENTIFIC = r"[1-9](?:[.][0-9]+[eE][+]?[0-9]{1,2}|[eE][+][0-9]{2})"  # R writes 1e+05
_ROUNDED = r"[1-9][.,]([0-9]+)[eE][+]0*([0-9]{1,2})"  # Java drops zeros, too, but writes no plus
_ROUNDED_TO_ONE = r"[1-9]E[+]1[1-9]"  # as spreadsheets cut numbers of more than 11 digits


def is_integer(text: str) -> bool:
    """Return whether an id is a whole number written in the usual way, of at most 18 digits.

    >>> is_integer("17850"), is_integer("017850"), is_integer("17850.0")
    (True, False, False)
    """
    return text.isascii() and text.isdigit() and len(text) < 19 and str(int(text)) == text


def guests_among(buyers: Sequence[str]) -> list[str]:
    """Return the ids that stand for all buyers who are not known: by their words, or zeros.

    Zeros are a guest where ``is_guest`` says so of them.

    >>> guests_among(["17", "Walk-in Customer", "CONSUMIDOR FINAL", "18"])
    ['CONSUMIDOR FINAL', 'Walk-in Customer']
    """
    ids = sorted(set(buyers))
    zeros = (text for text in ids if re.fullmatch("0+([.]0)?", text))
    return [
        *(text for text in ids if bare(text) in _GUESTS),
        *(text for text in zeros if is_guest(text, buyers)),
    ]


def is_guest(text: str, buyers: Sequence[str]) -> bool:
    """Return whether an id stands for all buyers who are not known, rather than for one.

    It is there again and again between others, and many times as often as each of these.

    >>> is_guest("0", ["0", "17", "0", "18", "0", "19", "0", "20", "0", "21", "0", "22"])
    True
    >>> is_guest("0", ["0", "0", "0", "0", "0", "0", "17", "18"]), is_guest("0", ["0", "17"] * 9)
    (False, False)
    """
    counts = Counter(buyers)
    others = [count for buyer, count in counts.items() if buyer != text]
    begins = sum(a != text == b for a, b in itertools.pairwise(buyers))
    return begins >= _BEGINS_OF_GUESTS and counts[text] >= _TIMES_A_BUYER * max(others, default=1)


def are_lists(values: Sequence[str], column: str) -> bool:
    """Return whether most values of a column hold several ids.

    Parameters
    ----------
    values : sequence of str
    column : str
        Its name: where it ends in ``ids``, lists may stand without brackets.

    Examples
    --------
    >>> are_lists(["[17, 18]", "[17]"], "product_id"), are_lists(["17 18", "17"], "item_ids")
    (True, False)
    >>> are_lists(["17 18", "17, 19", "17|18"], "item_ids"), are_lists(["{6F9619FF}"], "item_ids")
    (True, False)
    """
    pattern = r"\[.*\]|\{.*,.*\}"
    if bare(column).endswith("ids"):
        pattern += r"|\S*\d\S*(([,;|] ?| )\S*\d\S*)+"
    return sum(re.fullmatch(pattern, value) is not None for value in values) * 2 > len(values)


def is_rounded(text: str) -> bool:
    """Return whether an id is written in scientific notation with fewer digits than it has.

    >>> is_rounded("4.80E+17"), is_rounded("1.785000e+04"), is_rounded("17850")
    (True, False, False)
    >>> is_rounded("1E+12"), is_rounded("1e+05")
    (True, False)
    """
    if re.fullmatch(_ROUNDED_TO_ONE, text):
        return True
    match = re.fullmatch(_ROUNDED, text)
    return match is not None and len(match[1]) < int(match[2])


def are_floats(values: Sequence[str]) -> bool:
    """Return whether ids are whole numbers, some of which are written as floats are.

    >>> are_floats(["17850.0", "17851"]), are_floats(["17850,0"]), are_floats(["1.785000e+04"])
    (True, True, True)
    >>> are_floats(["1.5E7", "1.7850123E7"]), are_floats(["1e+05", "100001"])
    (True, True)
    >>> are_floats(["17850"]), are_floats(["17850.5"]), are_floats(["17,000"])
    (False, False, False)
    """
    return any(not is_integer(value) for value in values) and all(map(_is_whole, values))


def _is_whole(text: str) -> bool:
    if re.fullmatch(_PLAIN, text):
        return True
    if not re.fullmatch(_SCIENTIFIC, text) or is_rounded(text):
        return False
    number = Decimal(text)
    return number == number.to_integral_value() and number < 2**53


def are_floats_sql(column: str) -> str:
    """Return the SQL aggregate that tells what ``are_floats`` does, over all rows."""
    number = f"{column}::DOUBLE"
    whole = (
        f"CASE WHEN {column} IS NULL OR regexp_full_match({column}, {quote(_PLAIN)}) THEN true "
        f"WHEN regexp_full_match({column}, {quote(_SCIENTIFIC)}) "
        f"THEN {number} = round({number}) AND {number} < {2**53} "
        f"AND NOT ({is_rounded_sql(column)}) ELSE false END"
    )
    return (
        f"coalesce(bool_and({whole}), false) "
        f"AND coalesce(bool_or(NOT regexp_full_match({column}, '[0-9]+')), false)"
    )


def is_rounded_sql(column: str) -> str:
    """Return the SQL condition that tells what ``is_rounded`` does."""
    digits, exponent = (f"regexp_extract({column}, {quote(_ROUNDED)}, {k})" for k in (1, 2))
    return (
        f"CASE WHEN regexp_full_match({column}, {quote(_ROUNDED)}) "
        f"THEN strlen({digits}) < {exponent}::INT "
        f"ELSE regexp_full_match({column}, {quote(_ROUNDED_TO_ONE)}) END"
    )


def integer_sql(column: str) -> str:
    """Return the SQL of the digits of an id that is a whole number, be it written as a float."""
    return (
        f"CASE WHEN regexp_matches({column}, '[eE]') THEN {column}::DOUBLE::BIGINT::VARCHAR "
        f"ELSE regexp_replace({column}, {quote(_CUT)}, '') END"
    )
