"""The mapping of event columns to the columns of a file: guess, preview and correction."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.errors import BadInput
from data.events import NAMES
from data.i18n import _
from data.importing.dialect import Dialect, numbers, sniff

_KNOWN = {
    "time": "event_time timestamp time datetime date_time ts date created_at event_timestamp "
    "order_date purchase_date transaction_date invoicedate fecha_hora fecha hora momento dia",
    "type": "event_type event action event_name behavior behaviour behavior_type interaction_type "
    "tipo_evento tipo evento accion",
    "user": "user_id userid user customer_id customerid customer buyer_id buyer household_id "
    "household_key visitorid visitor_id client_id client shopper_id member_id uid reviewerid "
    "usuario_id id_usuario usuario cliente_id id_cliente cliente comprador_id comprador",
    "product": "product_id productid product item_id itemid item sku stockcode article_id asin "
    "movie_id movieid goods_id pid iid parent_asin producto_id id_producto producto articulo_id "
    "articulo",
    "category_id": "category_id categoryid categoria_id id_categoria",
    "category": "category_code category category_name product_category department class genre "
    "genres categoria categoria_nombre codigo_categoria rubro",
    "brand": "brand brand_name manufacturer marca fabricante",
    "price": "price unit_price unitprice product_price sales_value amount precio precio_unitario "
    "importe",
    "session": "user_session session_id sessionid session basket_id order_id transaction_id "
    "invoice invoiceno transactionid sesion_id id_sesion sesion pedido_id pedido",
    "title": "title product_name product_title name item_name description movie_title titulo "
    "nombre nombre_producto descripcion",
}
_ALIASES = {"item": "product", "event": "type", "timestamp": "time", "customer": "user"}
_ACCENTS = str.maketrans("áéíóúüñ", "aeiouun")


@dataclass(frozen=True)
class Preview:
    """A preview of a file before its import.

    Attributes
    ----------
    columns : tuple of str
        Names of the file's columns; ``"1"``, ``"2"``, … without a header.
    rows : tuple of tuple of str
        The first 20 rows.
    mapping : dict
        Guessed mapping, event column → column of the file.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    mapping: dict[str, str]


def preview(path: Path) -> Preview:
    """Return the first rows of a file and the guessed mapping; unreadable files raise BadInput."""
    dialect = sniff(path)
    return Preview(dialect.columns, dialect.sample[:20], guess(dialect.columns, dialect.sample))


def guess(columns: Sequence[str], sample: Sequence[Sequence[str]] = ()) -> dict[str, str]:
    """Return a mapping guessed from the names of the columns, or from values without names.

    Examples
    --------
    >>> guess(["Fecha", "Cliente", "Producto", "Precio"])
    {'time': 'Fecha', 'user': 'Cliente', 'product': 'Producto', 'price': 'Precio'}
    """
    if tuple(columns) == numbers(len(columns)):
        return _by_position(columns, sample)
    normalised = {_normalise(column): column for column in reversed(columns)}
    mapping: dict[str, str] = {}
    for name in NAMES:
        for known in _KNOWN[name].split():
            if known in normalised and normalised[known] not in mapping.values():
                mapping[name] = normalised[known]
                break
    if "category" not in mapping and "category_id" in mapping:
        mapping["category"] = mapping["category_id"]
    return mapping


def _normalise(column: str) -> str:
    """Return a column's name in snake case, without accents and RecBole's type suffix."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.split(":", maxsplit=1)[0].strip())
    joined = re.sub(r"[^a-z0-9]+", "_", name.lower().translate(_ACCENTS)).strip("_")
    every = {word for words in _KNOWN.values() for word in words.split()}
    return joined if joined in every else joined.replace("_", "")


def _by_position(columns: Sequence[str], sample: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return user and product for the first two columns, and the first column of times, if any."""
    if len(columns) < 2:
        return {}
    mapping = {"user": columns[0], "product": columns[1]}
    for position in range(2, len(columns)):
        values = [row[position] for row in sample if len(row) > position]
        if values and all(map(_looks_like_time, values)):
            return {"time": columns[position], **mapping}
    return mapping


def _looks_like_time(value: str) -> bool:
    if re.fullmatch(r"\d{9,10}(\.\d+)?|\d{13}", value):
        return True
    return re.match(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)", value) is not None


def resolve(dialect: Dialect, corrections: Mapping[str, str] | None, file: str) -> dict[str, str]:
    """Return the guessed mapping with the user's corrections applied.

    Parameters
    ----------
    dialect : Dialect
        Has the names of the columns and the first rows.
    corrections : mapping or None
        Event column → column of the file; an empty text leaves an event column out.
    file : str
        Name of the file, for messages.

    Raises
    ------
    BadInput
        If an event column or a file's column is unknown, or no column holds the user or the
        product.
    """
    mapping = guess(dialect.columns, dialect.sample)
    for key, column in (corrections or {}).items():
        name = _ALIASES.get(key, key)
        if name not in NAMES:
            raise BadInput(
                _("{name} is not a column of an event; the columns are: {known}.").format(
                    name=key, known=", ".join(NAMES)
                )
            )
        if column and column not in dialect.columns:
            raise BadInput(
                _("{file} has no column {name}; its columns are: {known}.").format(
                    file=file, name=column, known=_abbreviated(dialect.columns)
                )
            )
        mapping = {
            other: source for other, source in mapping.items() if source != column or other == name
        }
        mapping[name] = column
    mapping = {name: column for name, column in mapping.items() if column}
    missing = [name for name in ("user", "product") if name not in mapping]
    if missing:
        raise BadInput(
            _(
                "{file} has no column that looks like the {missing}; its columns are: {known}. "
                "Name it with a mapping such as {example}."
            ).format(
                file=file,
                missing=_(" or the ").join(missing),
                known=_abbreviated(dialect.columns),
                example=",".join(f"{name}=COLUMN" for name in missing),
            )
        )
    return {name: mapping[name] for name in NAMES if name in mapping}


def _abbreviated(columns: Sequence[str]) -> str:
    names = ", ".join(column[:40] for column in columns[:12])
    return names + ", …" if len(columns) > 12 else names
