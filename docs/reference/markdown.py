"""Markdown of the reference pages."""

import re
from collections.abc import Iterable, Sequence
from html import escape

GENERATED = (
    "<!-- Written by `python -m docs reference` from the code: change the code or docs/notes. -->"
)
_SHIFTED = re.compile(r"([_^])(\{[^{}]*\}|.)")
_CODE_WITH_BAR = re.compile(r"`([^`|]*\|[^`]*)`")
_TAGS = {"_": "sub", "^": "sup"}


def page(title: str, purpose: str, *parts: str) -> str:
    """Return a page: a title, a sentence of purpose, and its parts."""
    return "\n\n".join([GENERATED, f"# {title}", purpose, *parts]) + "\n"


def heading(title: str, anchor: str, level: int = 2) -> str:
    """Return a heading that the interface links to by its anchor."""
    return f"{'#' * level} {title} {{#{anchor}}}"


def anchor(name: str) -> str:
    """Return the anchor of a name of the code.

    Examples
    --------
    >>> anchor("popularity + own count"), anchor("preparation.first"), anchor("hr@10")
    ('popularity-own-count', 'preparation-first', 'hr-10')
    """
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a bar in a cell is written as an entity.

    Examples
    --------
    >>> print(table(["option"], [["`--mark [.|,]`"]]))
    | option |
    | --- |
    | <code>--mark [.&#124;,]</code> |
    """
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    """Return a cell without a bar; Markdown knows no entities in code, HTML does."""
    code = _CODE_WITH_BAR.sub(lambda match: f"<code>{escape(match[1], quote=False)}</code>", text)
    return code.replace("|", "&#124;")


def equation(text: str) -> str:
    """Return an equation, in which ``_`` lowers and ``^`` raises what follows.

    Examples
    --------
    >>> equation("h_t = x^{n-1}")
    '<p class="equation">h<sub>t</sub> = x<sup>n-1</sup></p>'
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<p class="equation">{_shift(escaped)}</p>'


def _shift(text: str) -> str:
    def tagged(match: re.Match[str]) -> str:
        tag, inner = _TAGS[match[1]], match[2].strip("{}")
        return f"<{tag}>{_shift(inner)}</{tag}>"

    return _SHIFTED.sub(tagged, text)


def literal(value: object) -> str:
    """Return a value as code; nothing for an empty one.

    Examples
    --------
    >>> literal(0.001), literal(""), literal(["a", "b"])
    ('`0.001`', '', '`a,b`')
    """
    if isinstance(value, list | tuple):
        value = ",".join(map(str, value))
    if isinstance(value, bool):
        value = str(value).lower()
    return "" if value in ("", None) else f"`{value}`"
