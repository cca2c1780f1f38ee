"""The source of the part of a module that one of its functions needs, for exported bundles."""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

IMPORTS = {"np": "import numpy as np", "numpy_ops": "from . import numpy_ops"}
"""The imports of a bundle by the name that they bind."""
HEADER = '''"""Written by Vitrina: the part of {module} that {name} needs."""

from __future__ import annotations

'''


def numpy_source(function: Callable[..., Any]) -> str:
    """Return the source of a module that defines a function and what it uses, in NumPy alone.

    Parameters
    ----------
    function : callable
        A function of a module, or a static method of a class of one. It may use NumPy,
        ``numpy_ops`` of ``model.baselines``, and constants and functions of its module that use
        nothing else.

    Raises
    ------
    NameError
        Where it uses a class, or a name that its module imports from elsewhere.
    """
    source = inspect.getsource(sys.modules[function.__module__])
    tree = ast.parse(source)
    own = next(node for node in _functions(tree) if _is_source_of(node, function))
    definitions = {name: node for node in tree.body for name in _names_bound(node)}
    imports: set[str] = set()
    needed: set[ast.stmt] = set()
    names = _names_read(own)
    while names:
        name = names.pop()
        node = definitions.get(name)
        if name in IMPORTS:
            imports.add(IMPORTS[name])
        elif isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef):
            raise NameError(f"{function.__qualname__} uses {name}, which no bundle has")
        elif node is not None and node not in needed:
            needed.add(node)
            names |= _names_read(node)
    lines = "\n".join(line for line in IMPORTS.values() if line in imports)
    parts = [_text(node, source) for node in sorted(needed, key=lambda node: node.lineno)]
    header = HEADER.format(module=function.__module__, name=function.__qualname__)
    return header + "\n\n".join([lines, *parts, _text(own, source)]) + "\n"


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Yield the functions of a module and the methods of its classes."""
    for node in tree.body:
        for child in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(child, ast.FunctionDef):
                yield child


def _is_source_of(node: ast.FunctionDef, function: Callable[..., Any]) -> bool:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return node.name == function.__name__ and first == function.__code__.co_firstlineno


def _names_bound(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a module binds."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (child.id for child in ast.walk(target) if isinstance(child, ast.Name))


def _names_read(node: ast.stmt) -> set[str]:
    """Return the names that a statement reads and does not bind; annotations are not evaluated."""
    read: set[str] = set()
    bound: set[str] = set()
    nodes: list[ast.AST] = [node]
    while nodes:
        child = nodes.pop()
        if isinstance(child, ast.arg):
            bound.add(child.arg)
        elif isinstance(child, ast.Name):
            (read if isinstance(child.ctx, ast.Load) else bound).add(child.id)
        else:
            for field, value in ast.iter_fields(child):
                if field not in ("annotation", "returns", "decorator_list"):
                    values = value if isinstance(value, list) else [value]
                    nodes += [part for part in values if isinstance(part, ast.AST)]
    return read - bound


def _text(node: ast.stmt, source: str) -> str:
    """Return the source of a statement without indentation and decorators."""
    text = ast.get_source_segment(source, node, padded=True)
    assert text is not None
    return textwrap.dedent(text)
