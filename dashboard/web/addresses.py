"""What pages get of their addresses: one text for each parameter of the query."""

import functools
from collections.abc import Callable
from typing import Any

import dash


def give_last_values() -> None:
    """Pass the last value of a parameter that an address repeats to the layouts of all pages.

    Dash gives them the list of all values, for which no page has a use.
    """
    for page in dash.page_registry.values():
        layout = page["layout"]
        if callable(layout) and not hasattr(layout, "__wrapped__"):  # of an earlier application
            page["layout"] = _with_last_values(layout)


def _with_last_values(layout: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(layout)
    def lay_out(**parameters: str | list[str]) -> Any:
        return layout(
            **{
                name: value[-1] if isinstance(value, list) else value
                for name, value in parameters.items()
            }
        )

    return lay_out
