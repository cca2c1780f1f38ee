"""Sentences that name commands, and options of the command line."""

import re

from dash import html
from dash.development.base_component import Component

_CODE = re.compile(r"(`[^`]+`|(?<![\w-])--[a-z][\w-]*(?:=[\w/.-]+)?)")


def code_words(sentence: str) -> list[Component | str]:
    """Return a sentence whose commands and options, such as ``--api``, are code.

    No line breaks them; a command stands between grave accents, which are left out.

    Examples
    --------
    >>> code_words("Nothing to start."), len(code_words("Start it with --api, please."))
    (['Nothing to start.'], 3)
    >>> code_words("`vitrina runs` lists all runs.")
    [Code(children='vitrina runs', className='option'), ' lists all runs.']
    """
    return [
        html.Code(part.strip("`"), className="option") if place % 2 else part
        for place, part in enumerate(_CODE.split(sentence))
        if part
    ]
