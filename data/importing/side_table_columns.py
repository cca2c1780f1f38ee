"""What the columns of a side table are beside its key: event columns and attributes.

The functions ask the table ``side``, see ``side_table_profile``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from data.datasets.database import quote
from data.datasets.side_tables import PRODUCTS, Attribute
from data.errors import BadInput
from data.events import NAMES
from data.i18n import _
from data.importing import prices
from data.importing.category_levels import separator_of
from data.importing.column_vocabulary import NAMES as NAMES_OF
from data.importing.prices import Mark, PriceFormat
from data.importing.side_table_profile import NUMBERS, Column, undotted

IMAGE = "image"

_MORE = {
    "title": "prodname displayname productdisplayname trackname songname booktitle gametitle "
    "goodsname",
    "category": "categories categorypath maincategory departmentname departamento aisle family "
    "familia commodity seccion",
    "category_id": "aisleid departmentid",
    "brand": "",
    "price": "variantprice listprice retailprice",
    IMAGE: "image imagesrc imageurl imageurls images img imgurl imurl imagelink imageurlhighres "
    "picture pictureurl thumbnail thumbnailurl photo photourl poster posterurl imagen imagenurl "
    "foto",
}
_LABELS = ("genre", "genres", "tags", "labels")
_LAST = ("description", "descripcion")
_WORDS = {
    role: sorted([*NAMES_OF.get(role, ()), *words.split()], key=lambda word: word in _LAST)
    for role, words in _MORE.items()
}
"""Names of the columns of products, the surest first."""

_LEVELS = re.compile(
    r"depart|division|sector|section|seccion|aisle|famil|group|categor|class|type|commodity"
    r"|segment|level|index"
)
_CODES = re.compile(
    r"(^|_)(id|code|codigo|zip|zipcode|zip_code|postcode|postal_code|phone|ean|upc|gtin|isbn"
    r"|occupation|cluster)$"
)
_ADDRESS = "https?://[^\"'\\s,|\\]]+"
_RESERVED = frozenset(
    (
        *NAMES,
        IMAGE,
        *("row", "events", "purchases", "buyers", "revenue", "views", "carts", "spent"),
        *("first", "last", "first_sale", "last_sale", "first_purchase", "last_purchase"),
        *("user_key", "product_key"),
    )
)
_FEW = 20
_LEAST_ROWS = 5
_FLAGS = frozenset({"0", "1", "0.0", "1.0"})
_LONGEST_CATEGORY = 80
_LONGEST_TITLE = 200
_DETERMINED = 0.95
_MOST_LEVELS = 10


@dataclass(frozen=True)
class SideColumns:
    """What the columns of a side table are.

    Attributes
    ----------
    fills : dict
        Event column → SQL of its value.
    sources : dict
        Event column → the file's columns that it is made of.
    attributes : tuple of (Attribute, str)
        Each with the SQL of its value.
    empty : tuple of str
        Columns without a value, which are left out.
    unreadable : dict
        Column of the file → its number of values that are no numbers as the others are, and
        missing therefore.
    """

    fills: dict[str, str]
    sources: dict[str, str]
    attributes: tuple[tuple[Attribute, str], ...]
    empty: tuple[str, ...]
    unreadable: dict[str, int]


def understand(
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[Column],
    table: str,
    decimal_mark: str | None,
) -> SideColumns:
    """Return the meaning of the columns of a side table, its key excepted.

    Parameters
    ----------
    connection : duckdb connection
        With ``side``.
    columns : sequence of Column
        Without the key.
    table : {"products", "buyers"}
    decimal_mark : {".", ","}, optional
        What a person says of the prices.

    Raises
    ------
    BadInput
        Where the prices can be read in two ways.
    """
    usable = [column for column in columns if column.count and not _is_index(column)]
    roles = _roles(usable) if table == PRODUCTS else {}
    fills: dict[str, str] = {}
    sources = {role: column.name for role, column in roles.items() if role != IMAGE}
    if "price" in roles:
        fills["price"] = _price(roles["price"], decimal_mark).sql(roles["price"].sql)
    fills |= {n: roles[n].joined(" ") for n in ("title", "brand", "category_id") if n in roles}
    levels: list[Column] = []
    if table == PRODUCTS:
        taken = {column.place for role, column in roles.items() if role != "category"}
        levels = _levels(connection, [c for c in usable if c.place not in taken], roles)
    if levels:
        fills["category"] = _path(levels)
        sources["category"] = " > ".join(column.name for column in levels)
    elif "category_id" in roles:
        fills["category"] = fills["category_id"]
        sources["category"] = sources["category_id"]
    unreadable = {}
    if "price" in roles:
        unreadable[roles["price"].name] = _unreadable(connection, roles["price"], fills["price"])
    used = {c.place for role, c in roles.items() if role not in ("category", IMAGE)}
    used |= {column.place for column in levels}
    attributes = []
    names = set(_RESERVED)
    for column in usable:
        if column.place in used:
            continue
        if column is roles.get(IMAGE):
            attributes.append((Attribute(IMAGE, "text", column.name), _address(column)))
            continue
        kind, value = _kind(connection, column)
        if kind == "number":
            unreadable[column.name] = _unreadable(connection, column, value)
        name = _free_name(column.name, names)
        names.add(name)
        attributes.append((Attribute(name, kind, column.name), value))
    return SideColumns(
        fills,
        sources,
        tuple(attributes),
        tuple(column.name for column in columns if not column.count),
        {name: count for name, count in unreadable.items() if count},
    )


def _unreadable(connection: duckdb.DuckDBPyConnection, column: Column, value: str) -> int:
    """Return how many texts of a column are no number."""
    row = connection.execute(
        f"SELECT count(*) FROM side WHERE {column.sql} IS NOT NULL AND ({value}) IS NULL"
    ).fetchone()
    return int(row[0]) if row else 0


def _is_index(column: Column) -> bool:
    return re.fullmatch(r"(Unnamed: \d+|index|column 1|level_0|rownames?)", column.name) is not None


def _roles(columns: Sequence[Column]) -> dict[str, Column]:
    """Return role → column, by the names of columns whose values do not contradict them."""
    by_name = {column.plain: column for column in reversed(columns)}
    roles: dict[str, Column] = {}
    for role, words in _WORDS.items():
        for word in words:
            column = by_name.get(word)
            if column and column not in roles.values() and _fits(role, column):
                roles[role] = column
                break
    return roles


def _fits(role: str, column: Column) -> bool:
    if role == "price":
        return any(prices.number_of(value) is not None for value in column.sample)
    if role == "title":
        return column.average <= _LONGEST_TITLE
    return True


def _price(column: Column, decimal_mark: str | None) -> PriceFormat:
    """Return how prices are written; what a person says decides where the values do not."""
    if column.numbers == column.count:
        return PriceFormat()
    marks = prices.decimal_marks(column.sample)
    if len(marks) == 1:
        return PriceFormat(next(iter(marks)), False)
    if decimal_mark is None:
        raise BadInput(
            _(
                "The prices in column {column} can have a decimal point or a decimal comma; add "
                "the table with vitrina attributes and say which with --decimal-mark . or "
                "--decimal-mark ,"
            ).format(column=column.name)
        )
    mark: Mark = "," if decimal_mark == "," else "."
    return PriceFormat(mark, False)


def _levels(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], roles: Mapping[str, Column]
) -> list[Column]:
    """Return the columns of the levels of categories, from the highest: the longest chain.

    A column is a level below another one where its value tells the other's. One that is called a
    category belongs to the chain.
    """
    base = [c for c in columns if c.plain in _WORDS["category"] and c.number_format is None]
    rows = max((column.count for column in columns), default=0)
    candidates = sorted(
        (
            column
            for column in columns
            if _LEVELS.search(column.plain)
            and column.distinct > 1
            and not _CODES.search(column.name.lower())
            and column.number_format is None
            and not column.is_list
            and (column.distinct * 2 <= rows or rows < 50 or column in base)
        ),
        key=lambda column: (column.distinct, column.place),
    )[:_MOST_LEVELS]
    chains: list[list[Column]] = []
    for child in candidates:
        above = [
            chain
            for chain in chains
            if chain[-1].distinct < child.distinct and _determines(connection, child, chain[-1])
        ]
        chains.append([*max(above, key=len, default=[]), child])
    usable = [chain for chain in chains if len(chain) > 1 and any(c in base for c in chain)]
    single = [roles["category"]] if "category" in roles else []
    return max(usable, key=len, default=single)


def _determines(connection: duckdb.DuckDBPyConnection, child: Column, parent: Column) -> bool:
    """Return whether almost every row of a label has the same label in the column above."""
    row = connection.execute(
        "SELECT sum(most) / sum(rows) FROM (SELECT max(n) AS most, sum(n) AS rows FROM "
        f"(SELECT {child.sql} AS child, count(*) AS n FROM side WHERE child IS NOT NULL "
        f"AND {parent.sql} IS NOT NULL GROUP BY child, {parent.sql}) GROUP BY child)"
    ).fetchone()
    return bool(row and row[0] is not None and row[0] >= _DETERMINED)


def _path(levels: Sequence[Column]) -> str:
    """Return the SQL of a category: its levels joined by ``.``, which no label contains then."""
    if len(levels) > 1:
        labels = ", ".join(undotted(column.sql) for column in levels)
        return f"nullif(concat_ws('.', {labels}), '')"
    (column,) = levels
    if column.is_list:
        return column.joined("|" if _are_labels(column) else ".")
    separator = separator_of(column.sample)
    if separator == ".":
        return column.sql
    parts = f"string_split({column.sql}, {quote(separator)})"
    return f"array_to_string(list_transform({parts}, lambda part: trim(part)), '.')"


def _are_labels(column: Column) -> bool:
    """Return whether lists hold labels side by side and no levels: a label stands in any place."""
    first = {item for items in column.items for item in items[:1]}
    others = {item for items in column.items for item in items[1:]}
    return column.plain in _LABELS or bool(first & others)


def _address(column: Column) -> str:
    """Return the SQL of the first address in a text, the text itself where it holds none."""
    return f"coalesce(nullif(regexp_extract({column.sql}, {quote(_ADDRESS)}), ''), {column.sql})"


def _free_name(label: str, names: set[str]) -> str:
    """Return the name of an attribute: lower case, no signs, unlike the others.

    >>> _free_name("Retail Price ($)", set()), _free_name("first", {"first"})
    ('retail_price', 'first_2')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", label)
    name = re.sub(r"\W+", "_", spaced.lower()).strip("_") or "attribute"
    number, free = 1, name
    while free in names:
        number += 1
        free = f"{name}_{number}"
    return free


def _kind(connection: duckdb.DuckDBPyConnection, column: Column) -> tuple[str, str]:
    """Return the kind of an attribute and the SQL of its value."""
    form = column.number_format
    is_code = _CODES.search(column.name.lower()) is not None or _FLAGS.issuperset(column.sample)
    if form is not None and not is_code and not column.is_list:
        number = form.sql(column.sql)
        if _unreadable(connection, column, number) <= (1 - NUMBERS) * column.count:
            return "number", number
    repeats = column.distinct <= max(_FEW, column.count / _LEAST_ROWS)
    if repeats and column.longest <= _LONGEST_CATEGORY:
        return "category", column.joined(", ")
    return "text", column.joined(", ")
