"""The text of rendered Dash components."""

from typing import Any


def text_of(component: Any) -> str:
    """Return all text of a component and of its children, joined by spaces."""
    if component is None or isinstance(component, str | int | float):
        return str(component or "")
    if isinstance(component, list | tuple):
        return " ".join(text_of(child) for child in component)
    return text_of(getattr(component, "children", None))
