"""Attributes whose names Python cannot spell as arguments."""

from typing import Any


def aria(**values: str) -> dict[str, Any]:
    """Return attributes for assistive technology.

    Examples
    --------
    >>> aria(label="Main", live="polite")
    {'aria-label': 'Main', 'aria-live': 'polite'}
    """
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: str) -> dict[str, Any]:
    """Return attributes for the scripts of the page.

    Examples
    --------
    >>> data(action="theme")
    {'data-action': 'theme'}
    """
    return {f"data-{name}": value for name, value in values.items()}
