"""Pages that repeat a part of ``CONTRIBUTING.md``, which is where it is changed."""

import re

from docs.reference.docstrings import ROOT
from docs.reference.markdown import page


def glossary() -> str:
    """Return the glossary."""
    return page(
        "Glossary",
        "Words that mean one thing here, on every page and in the code.",
        _part("Glossary"),
    )


def architecture() -> str:
    """Return the map of the code."""
    return page(
        "Architecture",
        "Data flows one way, and so do imports: **data → model → dashboard**.",
        _PICTURE,
        _part("Map").partition("\n\n")[2],
        "## How it is written {#how-it-is-written}\n\n" + _part("How it is written"),
    )


def _part(title: str) -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    match = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert match, f"CONTRIBUTING.md has no part “{title}”"
    return match[1].strip()


_PICTURE = """```text
 files ──► import ──► dataset ──► prepare, split ──► train ──► evaluate ──► recommend, export
           DuckDB     Parquet     filters, targets   Keras     baselines    ONNX, Numba
 └────────────────── data ─────────────────────────┘└─────────────── model ───────────────┘
                                                          ▲
 browser, command line, HTTP ──► services ──► table of runs ──► worker ──► one process a run
 └─────────────────────────────────── dashboard ───────────────────────────────────────────┘
```"""
