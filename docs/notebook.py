"""The notebook of the page *Python without the dashboard*, made from the page."""

import json
import re
from pathlib import Path
from typing import Any

_CODE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def notebook(page: str) -> str:
    """Return a Jupyter notebook whose cells are the paragraphs and the Python blocks of a page.

    Parameters
    ----------
    page : str
        Markdown; its links, which lead nowhere outside the site, become their words.

    Examples
    --------
    >>> cells = json.loads(notebook("# Title" + chr(10) + "```python" + chr(10) + "1 + 1"
    ...     + chr(10) + "```"))["cells"]
    >>> [(cell["cell_type"], cell["source"]) for cell in cells]
    [('markdown', ['# Title']), ('code', ['1 + 1'])]
    """
    cells = []
    for number, part in enumerate(_CODE.split(page)):
        text = part.strip() if number % 2 else _LINK.sub(r"\1", part).strip()
        if text:
            cells.append(_cell(f"cell-{number}", text, is_code=bool(number % 2)))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4}
    return json.dumps(content | {"nbformat_minor": 5}, indent=1, ensure_ascii=False) + "\n"


def write(page: Path, file: Path) -> None:
    """Write the notebook of a page."""
    file.write_text(notebook(page.read_text("utf-8")), "utf-8")


def _cell(name: str, text: str, *, is_code: bool) -> dict[str, Any]:
    cell: dict[str, Any] = {"id": name, "metadata": {}, "source": text.splitlines(keepends=True)}
    if is_code:
        return cell | {"cell_type": "code", "execution_count": None, "outputs": []}
    return cell | {"cell_type": "markdown"}
