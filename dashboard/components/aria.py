"""HTML attributes whose names hold a hyphen, which Python arguments cannot."""

from typing import Any


def aria(**values: str) -> dict[str, Any]:
    """Return ``aria-`` attributes.

    Examples
    --------
    >>> aria(label="Main", live="polite")
    {'aria-label': 'Main', 'aria-live': 'polite'}
    """
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: str) -> dict[str, Any]:
    """Return ``data-`` attributes, which the scripts in ``assets`` read.

    Examples
    --------
    >>> data(action="theme")
    {'data-action': 'theme'}
    """
    return {f"data-{name}": value for name, value in values.items()}
