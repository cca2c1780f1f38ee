"""JSON in the forms that logs have, and nested Parquet, written as a table of text columns."""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from data.datasets.database import (
    connect,
    copy,
    is_full,
    quote,
    quote_path,
    read_parquet,
)
from data.errors import BadInput
from data.i18n import _
from data.importing.column_bounds import MOST_COLUMNS, check_columns
from data.importing.column_names import place_of
from data.importing.streams import check_written
from data.progress import execute, never

_SAMPLE = 1000
_SAMPLE_BYTES = 64 << 20
_USUAL_OBJECT = 1 << 24
_LARGEST_OBJECT = 128 << 20
_MEMORY = "1200MB"

Key = tuple[str, ...]
"""The names that lead to a field of an object and of the objects in it."""


def json_form(start: bytes, file: str) -> str | None:
    """Return DuckDB's name for the form of JSON in a text; None where it is none.

    Parameters
    ----------
    start : bytes
        The first bytes of the text.
    file : str
        Its name, for messages.

    Raises
    ------
    BadInput
        For lines of Python dictionaries, which look like JSON, and for arrays without names.
    """
    text = start.lstrip(b"\xef\xbb\xbf").lstrip()
    if text[:1] == b"[" and text[1:].lstrip()[:1] in (b"{", b"]"):
        return "array"
    if text[:1] == b"[" and (re.match(rb"\[\s*\[", text) or _is_json(text)):
        raise BadInput(_without_names(file))
    if text[:1] != b"{":
        return None
    if re.match(rb"\{\s*u?'", text):
        raise BadInput(
            _(
                "{file} holds Python dictionaries, which are no JSON; write each with "
                "json.dumps(ast.literal_eval(line)) and import that."
            ).format(file=file)
        )
    return "newline_delimited" if _is_json(text) else "auto"


def write_json_table(source: Path, target: Path, file: str, form: str, spill: Path) -> None:
    """Write the fields of JSON objects as columns of text; inner ones as ``outer.inner``.

    Where buyer and product stand in a list of objects inside each object, such as the items of an
    order, every one of the list is a row; so is every id of a list of products.

    Parameters
    ----------
    source, target : Path
        The text, and the Parquet file to write.
    file : str
        The name of the source for messages.
    form : str
        As ``json_form`` told it.
    spill : Path
        A folder that DuckDB may use.

    Raises
    ------
    BadInput
        For JSON that is damaged or no list of objects, has huge objects or more fields than a log
        has columns, or becomes a table much larger than it is.
    """
    size = max(_USUAL_OBJECT, min(source.stat().st_size + 1, _LARGEST_OBJECT))
    options = {
        "newline_delimited": ", ignore_errors = true",
        "auto": f", maximum_object_size = {size}",
    }.get(form, "")
    options = f"format = '{form}', hive_partitioning = false{options}"
    relation = f"read_json_objects({quote_path(source)}, {options})"
    with _named(file, _("{file} is damaged JSON; each line must be one object, or all an array.")):
        _write_fields(relation, source, target, file, spill)


def is_nested(path: Path) -> bool:
    """Return whether a Parquet file has columns of structs, lists or maps."""
    try:
        return any(pa.types.is_nested(field.type) for field in pq.read_schema(path))
    except (pa.ArrowException, OSError):  # a damaged field, which its reader names
        return False


def write_nested_parquet(source: Path, target: Path, file: str, spill: Path) -> None:
    """Write the fields of a Parquet file with structs and lists as ``write_json_table`` does.

    Raises
    ------
    BadInput
        For a damaged file, and one that is as ``write_json_table`` says.
    """
    relation = f"(SELECT to_json(one) AS json FROM {read_parquet(source)} AS one)"
    with _named(file, _("{file} is a damaged Parquet file.")):
        _write_fields(relation, source, target, file, spill)


@contextmanager
def _named(file: str, damage: str) -> Iterator[None]:
    """Raise BadInput with a sentence where DuckDB cannot read a file in the block."""
    try:
        yield
    except (duckdb.Error, ValueError) as error:
        if isinstance(error, BadInput | duckdb.OutOfMemoryException) or is_full(error):
            raise
        if "maximum_object_size" in str(error):
            raise _too_large(file) from error
        raise BadInput(damage.format(file=file)) from error


def _write_fields(relation: str, source: Path, target: Path, file: str, spill: Path) -> None:
    """Write the fields of a relation with a column ``json``, of a file, as columns of text."""
    with connect(memory_limit=_MEMORY, temp_directory=str(spill)) as database:
        objects = [_object(text, file) for text in _sample(database, relation, file)]
        if any(map(_is_by_columns, objects)):
            raise BadInput(_without_names(file))
        fields = _Fields.of(objects)
        if not fields.keys:
            raise BadInput(_("{file} holds no JSON objects.").format(file=file))
        check_columns(Path(file), fields.width)
        statement = copy(fields.select(relation), target, "FORMAT parquet")
        size = source.stat().st_size
        execute(database, statement, lambda _share: check_written(target, size), never)


def _sample(database: duckdb.DuckDBPyConnection, relation: str, file: str) -> list[str]:
    """Return the first objects of a relation, as many as do not take much memory."""
    select = f"SELECT strlen(json) FROM {relation} LIMIT {_SAMPLE}"
    sizes = [size or 0 for (size,) in database.execute(select).fetchall()]
    if sizes and sizes[0] > _LARGEST_OBJECT:
        raise _too_large(file)
    few = max(sum(total <= _SAMPLE_BYTES for total in itertools.accumulate(sizes)), 1)
    objects = database.execute(f"SELECT json FROM {relation} LIMIT {few}").fetchall()
    return [text or "{}" for (text,) in objects]


def _too_large(file: str) -> BadInput:
    return BadInput(_("{file} holds a huge object; write one object a row.").format(file=file))


@dataclass(frozen=True)
class _Fields:
    """The fields of objects that become columns.

    Attributes
    ----------
    keys : tuple of Key
        Those of the objects.
    inner : Key
        The list whose objects are the rows; empty where the objects themselves are.
    inner_keys : tuple of Key
        The fields of the objects in the list; an empty one where it holds ids instead.
    beside : bool
        Whether only some objects have the list, and others the fields themselves, as the orders
        and the views of one tracker do; fields of one name are one column then.
    envelope : Key
        The list that holds all objects, of a file that is one object; empty for other files.
    """

    keys: tuple[Key, ...]
    inner: Key = ()
    inner_keys: tuple[Key, ...] = ()
    beside: bool = False
    envelope: Key = ()

    @property
    def width(self) -> int:
        """The number of fields."""
        return len(self.keys) + len(self.inner_keys)

    @classmethod
    def of(cls, objects: Sequence[Any]) -> "_Fields":
        keys = _distinct(key for value in objects for key in _keys(value))
        ids = [key for key in keys if place_of("product", key[-1]) is not None]
        lists = [key for key in ids if any(_is_id_list(_at(value, key)) for value in objects)]
        if _have(("user", "product"), [key for key in keys if key not in lists]):
            return cls(*(_list_beside(objects, keys) or (keys,)))
        if lists and _have(("user",), keys):
            return cls(tuple(key for key in keys if key != lists[0]), lists[0], ((),))
        for key in keys:
            inner = [entry for value in objects for entry in _objects(_at(value, key))]
            inner_keys = _distinct(deep for entry in inner for deep in _keys(entry))
            if inner_keys and _have(("user", "product"), (*keys, *inner_keys)):
                return cls(tuple(other for other in keys if other != key), key, inner_keys)
            if len(objects) == 1 and inner and (inside := cls.of(inner)).inner:
                return replace(inside, envelope=key)
        return cls(keys)

    def select(self, relation: str) -> str:
        """Return the SQL of the rows, with a column for each field."""
        if self.envelope:
            every = _path(self.envelope, "[*]")
            relation = f"(SELECT unnest(json_extract(json, {every})) AS json FROM {relation})"
        beside = {key[-1]: key for key in self.inner_keys if key} if self.beside else {}
        if not self.inner:
            columns = [f"json ->> {_path(key)} AS {_name(key)}" for key in self.keys]
            return f"SELECT {', '.join(columns)} FROM {relation}"
        columns = [
            f"coalesce(one ->> {_path(beside[key[-1]])}, own{place}) AS {_name(key)}"
            if key[-1] in beside
            else f"own{place} AS {_name(key)}"
            for place, key in enumerate(self.keys)
        ]
        columns += [
            f"one ->> {_path(key)} AS {_name((*self.inner, *key))}"
            for key in self.inner_keys
            if not key or key[-1] not in {own[-1] for own in self.keys if self.beside}
        ]
        path, every = _path(self.inner), _path(self.inner, "[*]")
        ones = (
            f"CASE WHEN json_array_length(json, {path}) > 0 THEN json_extract(json, {every}) "
            "ELSE [NULL] END"
        )
        # Fields of the object itself are read once, and not again for every one of its list.
        own = [f"json ->> {_path(key)} AS own{place}" for place, key in enumerate(self.keys)]
        once = f"(SELECT {', '.join([*own, f'{ones} AS ones'])} FROM {relation})"
        rows = f"(SELECT * EXCLUDE ones, unnest(ones) AS one FROM {once})"
        return f"SELECT {', '.join(columns)} FROM {rows}"


def _list_beside(objects: Sequence[Any], keys: Sequence[Key]) -> tuple[Any, ...]:
    """Return the list of products that objects without a product have, and the fields in it."""
    products = [key for key in keys if place_of("product", ".".join(key)) is not None]
    without = [entry for entry in objects if all(_at(entry, key) in (None, "") for key in products)]
    for key in keys:
        inner = [entry for value in without for entry in _objects(_at(value, key))]
        inner_keys = _distinct(deep for entry in inner for deep in _keys(entry))
        if {deep[-1] for deep in inner_keys} & {own[-1] for own in products}:
            return tuple(other for other in keys if other != key), key, inner_keys, True
    return ()


def _object(text: str, file: str) -> Any:
    """Return the value of JSON that DuckDB has read; it may be nested too deeply for Python."""
    try:
        return json.loads(text)
    except RecursionError as error:
        words = _("{file} holds JSON that is nested too deeply; write one flat object a row.")
        raise BadInput(words.format(file=file)) from error


def _is_json(text: bytes) -> bool:
    """Return whether the first line is complete JSON."""
    try:
        json.loads(text.split(b"\n", 1)[0])
    except (ValueError, RecursionError):  # the latter where it is nested too deeply
        return False
    return True


def _without_names(file: str) -> str:
    return _(
        "{file} holds JSON by columns or without names; write one object a row, such as with "
        "pandas' to_json(orient='records', lines=True)."
    ).format(file=file)


def _is_by_columns(value: Any) -> bool:
    """Return whether an object holds columns: by row number, or names here and rows there."""
    if not isinstance(value, Mapping) or not value:
        return False
    if {"columns", "data"} <= value.keys():
        return True
    columns = list(value.values())
    numbered = all(isinstance(c, Mapping) and c and all(map(str.isdecimal, c)) for c in columns)
    arrays = all(
        isinstance(c, list) and c and not any(isinstance(entry, Mapping) for entry in c)
        for c in columns
    )
    return len(columns) > 1 and (numbered or arrays)


def _have(roles: Sequence[str], keys: Sequence[Key]) -> bool:
    """Return whether the names of some fields name all of some roles."""
    return all(any(place_of(role, ".".join(key)) is not None for key in keys) for role in roles)


def _distinct(keys: Iterable[Key]) -> tuple[Key, ...]:
    """Return different keys in their order, of too many for a log one more than it may have."""
    distinct: dict[Key, None] = {}
    for key in keys:
        distinct[key] = None
        if len(distinct) > MOST_COLUMNS:
            break
    return tuple(distinct)


def _keys(value: Any) -> Iterator[Key]:
    """Yield the fields of an object and of the objects in it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if '"' in key:  # which no path can name
                continue
            if isinstance(inner, Mapping) and inner:
                yield from ((key, *deeper) for deeper in _keys(inner))
            else:
                yield (key,)


def _at(value: Any, key: Key) -> Any:
    for part in key:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _objects(value: Any) -> list[Any]:
    return (
        [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []
    )


def _is_id_list(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(entry, int | str) for entry in value)


def _path(key: Key, end: str = "") -> str:
    """Return the SQL of the path to a field of an object."""
    return quote("$" + "".join(f'."{part}"' for part in key) + end)


def _name(key: Key) -> str:
    """Return the SQL of a column's name, such as ``"outer.inner"``."""
    return '"' + ".".join(key) + '"'
