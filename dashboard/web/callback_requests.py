"""The form of requests for callbacks: those of a page are as the callback declares them."""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, get_type_hints

from pydantic import ConfigDict, PydanticSchemaGenerationError, TypeAdapter, ValidationError

_WILDCARDS = {"ALL", "ALLSMALLER"}
_OF_ADDRESS = {"pathname", "search", "hash", "href"}
_ARBITRARY = ConfigDict(arbitrary_types_allowed=True)


def has_form(text: bytes, body: Any, callbacks: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether a request has the inputs, states and outputs that its callback declares.

    Parameters
    ----------
    text : bytes
        The request as it was sent.
    body : object
        What it says as JSON.
    callbacks : mapping
        The ``callback_map`` of Dash.
    """
    if not isinstance(body, dict) or not _is_text(text, body):
        return False
    output = body.get("output")
    entry = callbacks.get(output) if isinstance(output, str) else None
    changed = body.get("changedPropIds", [])
    return (
        entry is not None
        and isinstance(changed, list)
        and all(_is_input(key, entry["inputs"]) for key in changed)
        and _are_entries(body.get("inputs", []), entry["inputs"])
        and _are_entries(body.get("state", []), entry["state"])
        and _are_of_same_components(body, entry)
        and _are_outputs(body.get("outputs", []), entry)
    )


def fits(body: Mapping[str, Any], callbacks: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether the values of a request are of the types that its callback takes.

    Parameters
    ----------
    body : mapping
        A request that has the form of its callback.
    callbacks : mapping
        The ``callback_map`` of Dash.
    """
    entry = callbacks[body["output"]]
    values = [
        [component.get("value") for component in sent]
        if isinstance(sent, list)
        else sent.get("value")
        for sent in (*body.get("inputs", []), *body.get("state", []))
    ]
    types, indices = _types(entry["callback"]), entry["inputs_state_indices"]
    if isinstance(indices, int):
        indices = [indices]
    named = indices if isinstance(indices, dict) else dict(zip(types, indices, strict=False))
    try:
        for name, index in named.items():
            if adapter := types.get(name):
                adapter.validate_python(_grouped(values, index))
    except (ValidationError, RecursionError):
        return False
    return True


def _grouped(values: list[Any], index: Any) -> Any:
    """Return the value of a callback's argument, or a dictionary of values."""
    if isinstance(index, dict):
        return {name: _grouped(values, inner) for name, inner in index.items()}
    return values[index]


@lru_cache(maxsize=512)
def _types(callback: Callable[..., Any]) -> dict[str, TypeAdapter[Any] | None]:
    """Return the check of each argument of a callback, in their order."""
    function = inspect.unwrap(callback)
    hints = get_type_hints(function, include_extras=True)
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return {name: _adapter(hints[name]) if name in hints else None for name in names}


def _adapter(hint: Any) -> TypeAdapter[Any] | None:
    try:
        return TypeAdapter(hint, config=_ARBITRARY)
    except PydanticSchemaGenerationError:
        return None


def _is_text(text: bytes, body: Any) -> bool:
    r"""Return whether all characters of a request can be written: JSON may name half of one.

    Examples
    --------
    >>> _is_text(b'"\\ud83d\\ude00"', json.loads('"\\ud83d\\ude00"'))
    True
    >>> _is_text(b'"\\ud83d"', json.loads('"\\ud83d"'))
    False
    """
    if b"\\ud" not in text.lower():
        return True
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _are_entries(sent: Any, declared: Sequence[Mapping[str, Any]]) -> bool:
    if not isinstance(sent, list) or len(sent) != len(declared):
        return False
    return all(
        _is_entry(entry, str(place["id"]), str(place["property"]))
        for entry, place in zip(sent, declared, strict=True)
    )


def _is_input(key: Any, declared: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a key names the property of a component that a callback has as an input."""
    if not isinstance(key, str):
        return False
    component, _dot, prop = key.rpartition(".")
    places = [str(place["id"]) for place in declared if place["property"] == prop]
    if not component.startswith("{"):
        return component in places
    try:
        names = json.loads(component).keys()
    except (ValueError, RecursionError):
        return False
    return any(names == json.loads(place).keys() for place in places if place.startswith("{"))


def _are_of_same_components(body: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Return whether properties of the same components, such as their ids, are of as many."""
    components: dict[str, list[Any]] = {}
    for part in ("inputs", "state"):
        for sent, place in zip(body.get(part, []), entry[part], strict=True):
            if isinstance(sent, list):
                places = [component["id"] for component in sent]
                if components.setdefault(str(place["id"]), places) != places:
                    return False
    return True


def _are_outputs(sent: Any, entry: Mapping[str, Any]) -> bool:
    if entry.get("no_output"):
        return True
    declared, is_single = entry["output"], not isinstance(entry["output"], list | tuple)
    places = [
        {"id": output.component_id_str(), "property": output.component_property}
        for output in ([declared] if is_single else declared)
    ]
    return _are_entries([sent] if is_single else sent, places)


def _is_entry(entry: Any, declared: str, prop: str) -> bool:
    """Return whether an entry is of a component and property; several where they may be many."""
    if not declared.startswith("{"):
        return _is_one(entry, prop) and entry["id"] == declared
    keys = json.loads(declared)
    if _WILDCARDS.intersection(
        word for value in keys.values() if isinstance(value, list) for word in value
    ):
        return isinstance(entry, list) and all(
            _is_one(component, prop, keys) for component in entry
        )
    return _is_one(entry, prop, keys)


def _is_one(entry: Any, prop: str, keys: Mapping[str, Any] | None = None) -> bool:
    if not isinstance(entry, dict):
        return False
    if str(entry.get("property")).partition("@")[0] != prop:  # of an output with duplicates: prop@…
        return False
    place = entry.get("id")
    value = entry.get("value")
    if prop == "id" and value != place:
        return False
    if prop in _OF_ADDRESS and not isinstance(value, str | None):
        return False
    if prop == "pathname" and not str(value).startswith("/"):
        return False
    if keys is None:
        return isinstance(place, str)
    return (
        isinstance(place, dict)
        and place.keys() == keys.keys()
        and all(
            isinstance(place[key], str | int | float) if isinstance(keys[key], list) else True
            for key in keys
        )
        and all(place[key] == keys[key] for key in keys if not isinstance(keys[key], list))
    )
