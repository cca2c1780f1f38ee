"""Docstrings of the code, read without importing it."""

import ast
import inspect
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def of(target: str) -> str:
    """Return the docstring of ``module:name``, without the sections after its description.

    Raises
    ------
    KeyError
        Where the module does not define the name.
    """
    module, _colon, name = target.partition(":")
    documented = {
        node.name: ast.get_docstring(node) or ""
        for node in _tree(module).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    return _as_markdown(re.split(r"\n\n\w[\w ]*\n-+\n", documented[name], maxsplit=1)[0])


def of_module(module: str) -> str:
    """Return the docstring of a module."""
    return _as_markdown(ast.get_docstring(_tree(module)) or "")


@cache
def _tree(module: str) -> ast.Module:
    file = ROOT.joinpath(*module.split("."))
    file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
    return ast.parse(file.read_text("utf-8"))


def _as_markdown(docstring: str) -> str:
    return inspect.cleandoc(docstring).replace("``", "`")
