"""Sentences that name options of the command line."""

import re

from dash import html
from dash.development.base_component import Component

_OPTION = re.compile(r"((?<![\w-])--[a-z][\w-]*(?:=[\w/.-]+)?)")


def option_words(sentence: str) -> list[Component | str]:
    """Return a sentence whose options, such as ``--api``, are code that no line breaks.

    Examples
    --------
    >>> option_words("Nothing to start."), len(option_words("Start it with --api, please."))
    (['Nothing to start.'], 3)
    """
    return [
        html.Code(part, className="option") if place % 2 else part
        for place, part in enumerate(_OPTION.split(sentence))
        if part
    ]
