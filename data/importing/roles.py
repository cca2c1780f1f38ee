"""Which column of a file is which column of an event, told by names and by values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from data.events import NAMES
from data.i18n import N_
from data.importing import event_types, prices, times

KNOWN = {
    "time": "event_time timestamp time datetime date_time ts date created_at event_timestamp "
    "unix_timestamp order_date purchase_date transaction_date invoicedate invoice_date order_time "
    "order_purchase_timestamp unixreviewtime review_time eventdate event_date t_dat when day "
    "order_dt fecha_hora fecha hora momento dia",
    "type": "event_type event action event_name behavior behaviour behavior_type action_type "
    "interaction_type type tipo_evento tipo evento accion",
    "user": "customer_unique_id user_id userid user customer_id customerid customer buyer_id buyer "
    "household_id household_key visitorid visitor_id client_id client shopper_id member_id uid "
    "reviewerid anonymous_id anonymousid user_pseudo_id account_id usuario_id id_usuario usuario "
    "cliente_id id_cliente cliente comprador_id comprador session_id sessionid",
    "product": "product_id productid product item_id itemid item sku stockcode article_id asin "
    "movie_id movieid goods_id pid iid parent_asin variant_id track_id song_id business_id "
    "producto_id id_producto producto articulo_id articulo",
    "category_id": "category_id categoryid categoria_id id_categoria",
    "category": "category_code category category_name product_category item_category department "
    "class genre genres product_type product_group_name categoria categoria_nombre "
    "codigo_categoria rubro",
    "brand": "brand brand_name manufacturer vendor marca fabricante",
    "price": "price unit_price unitprice product_price sale_price item_price sales_value amount "
    "revenue precio precio_unitario importe",
    "session": "user_session session_id sessionid session basket_id order_id transaction_id "
    "invoice invoiceno invoice_no transactionid sesion_id id_sesion sesion pedido_id pedido",
    "title": "title product_name product_title name item_name description movie_title titulo "
    "nombre nombre_producto descripcion",
    "quantity": "quantity qty units pieces count item_count cantidad unidades",
}
"""Names that columns have, the surest first."""

JOIN = "+"
"""Joins the names of a day's column and a clock's, as in ``time=DATE+CLOCK``."""

_ACCENTS = str.maketrans("áéíóúüñ", "aeiouun")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?")
_NOT_A_NUMBER = re.compile(r"[^0-9.]")
_DAY = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}|\d{8}")
_TIME_NAMES = frozenset(KNOWN["time"].split())
_TIME_WORDS = re.compile(r"time|date|day|when|_dat$|_dt$|^dt|fecha|hora")
_MOST_CATEGORIES = 0.5
_MOST = 0.95


@dataclass(frozen=True)
class Roles:
    """The role of each column of a file.

    Attributes
    ----------
    mapping : dict
        Event column → column of the file; ``DAY+CLOCK`` for a time in two columns.
    unsure : dict
        Event column → why another column might have been meant, marked for translation.
    times : tuple of str
        The columns that may as well be the time, where there are several; the first one is taken.
    """

    mapping: dict[str, str]
    unsure: dict[str, str] = field(default_factory=dict)
    times: tuple[str, ...] = ()


class Profile:
    """The values of one column in the first rows of a file.

    Parameters
    ----------
    name : str
    values : sequence of str
        Those that are not missing.
    """

    def __init__(self, name: str, values: Sequence[str]) -> None:
        self.name = name
        self.plain = plain(name)
        self.values = list(values)

    @cached_property
    def distinct(self) -> int:
        """Return how many different values there are."""
        return len(set(self.values))

    @cached_property
    def is_time(self) -> bool:
        """Whether almost all values are times."""
        return bool(self.values) and bool(times.candidates(self.values, _MOST))

    @cached_property
    def has_times(self) -> bool:
        """Whether any value is a time."""
        return bool(self.values) and bool(times.candidates(self.values, 0))

    @cached_property
    def is_recent(self) -> bool:
        """Whether the values, where they are numbers, are times of 1995 to 2035."""
        try:
            numbers = sorted(float(value) for value in self.values)
        except ValueError:
            return True
        middle = numbers[len(numbers) // 2]
        return any(7.9e8 * k <= middle < 2.08e9 * k for k in (1, 1e3, 1e6, 1e9)) or (
            all(len(value) in (8, 12, 14) for value in self.values)
        )

    @cached_property
    def is_clock(self) -> bool:
        """Whether the values are times of day."""
        return bool(self.values) and all(_CLOCK.fullmatch(value) for value in self.values)

    @cached_property
    def is_day(self) -> bool:
        """Whether the values are days without a clock."""
        return bool(self.values) and all(
            _DAY.fullmatch(value.removesuffix(" 00:00:00").removesuffix(" 0:00"))
            for value in self.values
        )

    @cached_property
    def is_index(self) -> bool:
        """Whether the values count the rows."""
        if len(self.values) < 2 or not all(value.isdigit() for value in self.values):
            return False
        first = int(self.values[0])
        return first in (0, 1) and [int(value) for value in self.values] == list(
            range(first, first + len(self.values))
        )

    @cached_property
    def is_number(self) -> bool:
        """Whether values hold numbers, as prices do, be there words for no price among them."""
        numbers = sum(prices.number_of(value) is not None for value in self.values)
        return numbers * 4 > len(self.values)

    @cached_property
    def has_fractions(self) -> bool:
        """Whether the values are numbers and some have a fraction."""
        return self.is_number and any("." in value or "," in value for value in self.values)

    @cached_property
    def is_text(self) -> bool:
        """Whether values hold letters."""
        return any(re.search(r"[^\W\d_]", value) for value in self.values)


def plain(column: str) -> str:
    """Return a column's name in the form of ``KNOWN``.

    >>> plain("Customer ID"), plain("unixReviewTime"), plain("user_id:token")
    ('customer_id', 'unixreviewtime', 'user_id')
    """
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.split(":", maxsplit=1)[0].strip())
    name = name.rsplit(".", maxsplit=1)[-1]
    joined = re.sub(r"[^a-z0-9]+", "_", name.lower().translate(_ACCENTS)).strip("_")
    every = {word for words in KNOWN.values() for word in words.split()}
    return joined if joined in every else joined.replace("_", "")


def roles(columns: Sequence[str], sample: Sequence[Sequence[str]], missing: Sequence[str]) -> Roles:
    """Return the role of each column of a file.

    Parameters
    ----------
    columns : sequence of str
        Their names; ``"1"``, ``"2"``, … where the file names none.
    sample : sequence of sequence of str
        The first rows.
    missing : sequence of str
        Texts that stand for a missing value.
    """
    profiles = [
        Profile(
            name,
            [
                row[place].strip()
                for row in sample
                if len(row) > place and row[place].strip() not in missing
            ],
        )
        for place, name in enumerate(columns)
    ]
    named = any(name != str(place) for place, name in enumerate(columns, start=1))
    return _by_name(profiles) if named else _by_value(profiles)


def _by_name(profiles: Sequence[Profile]) -> Roles:
    """Return the roles of named columns; values confirm or refute what the names say."""
    usable = [p for p in profiles if not (p.is_index and _is_index_name(p.name))]
    mapping: dict[str, str] = {}
    unsure: dict[str, str] = {}
    taken: set[str] = set()
    by_name: dict[str, Profile] = {p.plain: p for p in reversed(usable)}
    for role in ("time", "type", "user", "product", *(n for n in NAMES if n not in mapping)):
        if role in mapping or role not in KNOWN:
            continue
        for word in KNOWN[role].split():
            profile = by_name.get(word)
            if profile and profile.name not in taken and _fits(role, profile):
                mapping[role] = profile.name
                taken.add(profile.name)
                break
    times = _find_time(usable, mapping, unsure)
    if "type" not in mapping:
        _find_type(usable, mapping, unsure)
    if "category" not in mapping and "category_id" in mapping:
        mapping["category"] = mapping["category_id"]
    if mapping.get("user") and plain(mapping["user"]) in ("session_id", "sessionid"):
        unsure["user"] = N_("the file names sessions, no buyers")
    return Roles({name: mapping[name] for name in NAMES if name in mapping}, unsure, times)


def _is_index_name(name: str) -> bool:
    return (
        not name
        or re.fullmatch(r"(Unnamed: \d+|index|column 1|level_0|rownames?)", name) is not None
    )


def _fits(role: str, profile: Profile) -> bool:
    """Tell whether a column's values can be what its name says."""
    if not profile.values:
        return True
    if role == "time":
        return profile.has_times
    if role == "type" and profile.plain == "type":  # of an event, or of a product
        return event_types.looks_like_types(profile.values)
    if role in ("price", "quantity"):
        return profile.is_number
    return True


def _find_time(
    profiles: Sequence[Profile], mapping: dict[str, str], unsure: dict[str, str]
) -> tuple[str, ...]:
    """Find a column of times whatever it is called, and the clock beside a column of days.

    Returns
    -------
    tuple of str
        The columns that may as well be the time, where there are several.
    """
    others: list[str] = []
    by_name = {profile.name: profile for profile in profiles}
    if "time" not in mapping:
        free = [p for p in profiles if p.name not in mapping.values()]
        candidates = [p for p in free if p.is_time and p.is_recent and _may_be_time(p)]
        likely = [p for p in candidates if _TIME_WORDS.search(p.plain)] or candidates
        if not likely:  # a time by its name is not left out in silence
            named = [p for p in free if p.plain in _TIME_NAMES and p.values and not p.is_clock]
            mapping |= {"time": named[0].name} if named else {}
            return ()
        mapping["time"] = likely[0].name
        if len(likely) > 1:
            unsure["time"] = N_("other columns hold times, too")
        others = [profile.name for profile in likely[1:]]
    if by_name[mapping["time"]].is_day:
        clocks = [p for p in profiles if p.is_clock and p.name not in mapping.values()]
        if len(clocks) == 1:
            mapping["time"] = f"{mapping['time']}{JOIN}{clocks[0].name}"
    return (mapping["time"], *others) if others else ()


def _may_be_time(profile: Profile) -> bool:
    """Tell whether a column is written as a time, or named as one: ids are large numbers, too."""
    is_text = any(map(_NOT_A_NUMBER.search, profile.values))
    return is_text or _TIME_WORDS.search(profile.plain) is not None


def _find_type(
    profiles: Sequence[Profile], mapping: dict[str, str], unsure: dict[str, str]
) -> None:
    """Find a column of event types by its words."""
    for profile in profiles:
        free = profile.name not in mapping.values() and profile.distinct > 1
        if free and event_types.looks_like_types(profile.values):
            mapping["type"] = profile.name
            unsure["type"] = N_("the column was found by its values")
            return


def _by_value(profiles: Sequence[Profile]) -> Roles:
    """Return the roles of columns without names: times and types by value, then ids in order."""
    rest = list(profiles)
    if len(rest) > 2 and rest[0].is_index and rest[0].distinct == len(rest[0].values):
        rest = rest[1:]
    mapping: dict[str, str] = {}
    unsure: dict[str, str] = {
        "user": N_("the file names no columns"),
        "product": N_("the file names no columns"),
    }
    if len(rest) < 2:
        return Roles(mapping)
    rest = _without_times(rest, mapping)
    for profile in rest:
        if event_types.looks_like_types(profile.values) and profile.distinct > 1:
            mapping["type"] = profile.name
            rest.remove(profile)
            break
    if len(rest) < 2:
        return Roles({})
    user, product, *others = rest
    if all(value.startswith("B0") for value in user.values) and all(
        value.startswith("A") for value in product.values
    ):
        user, product = product, user  # Amazon's products and reviewers
    mapping |= {"user": user.name, "product": product.name}
    for profile in others:
        if "category" not in mapping and _is_category(profile, product):
            mapping["category"] = profile.name
        elif "price" not in mapping and profile.has_fractions and profile.distinct > 10:
            mapping["price"] = profile.name
            unsure["price"] = N_("the column was found by its values")
    return Roles({name: mapping[name] for name in NAMES if name in mapping}, unsure)


def _without_times(profiles: Sequence[Profile], mapping: dict[str, str]) -> list[Profile]:
    """Return the columns that are no times, and map the one that is the event's."""
    textual = [p for p in profiles if p.is_time and any(map(_NOT_A_NUMBER.search, p.values))]
    numeric = [p for p in profiles[2:] if p.is_time and p.is_recent]
    for profile in [*textual, *reversed(numeric)][:1]:
        mapping["time"] = profile.name
        return [other for other in profiles if other is not profile]
    return list(profiles)


def _is_category(profile: Profile, product: Profile) -> bool:
    """Tell whether a column without a name groups the products."""
    if not profile.values or profile.has_fractions:
        return False
    grouped = profile.distinct < product.distinct * _MOST_CATEGORIES
    long_ids = all(value.isdigit() and len(value) >= 4 for value in profile.values)
    return grouped and (profile.is_text or long_ids)
