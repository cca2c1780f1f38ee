"""The site, built by Zensical without a request to another host.

Nothing of Vitrina is imported here, so that a wheel can be built where it is not installed.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from docs import notebook

DOCS = Path(__file__).resolve().parent
PACKAGED = DOCS.parent / "dashboard" / "help_pages"
"""Where the workbench looks for the pages that it serves at ``/help``."""
CLIENT = DOCS.parent / "dashboard" / "api" / "vitrina_client.py"
"""The client for Python, which the pages offer for download."""
PLACES = {"en": "", "es": "es"}
"""Folder of each language in the site."""
GUIDE = (
    "index.md",
    "your-log.md",
    "data-pages.md",
    "paper.md",
    "judging.md",
    "buyers.md",
    "take-away.md",
    "after-training.md",
    "operations.md",
    "deployment.md",
    "machines.md",
    "how-it-works.md",
)
"""Pages of the guide, in order."""
OWN_CODE = ("python.md", "extending.md", "architecture.md")
"""Pages about code of one's own, in order; they exist in every language, as the guide does."""
REFERENCE = (
    "settings",
    "rules",
    "networks",
    "baselines",
    "training",
    "evaluation",
    "charts",
    "commands",
    "http",
    "pages",
    "api",
    "glossary",
)
"""Pages of ``en/reference``."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WORDS = {
    "en": ("Guide", "With code", "Reference", "Dark", "Light"),
    "es": ("Guía", "Con código", "Referencia (en inglés)", "Oscuro", "Claro"),
}


def build(out: Path = PACKAGED) -> None:
    """Build the pages of every language into a folder, which is replaced when all are built.

    Raises
    ------
    SystemExit
        Where Zensical reports a problem, such as a link to a page that does not exist.
    """
    with tempfile.TemporaryDirectory(prefix=".vitrina-help-", dir=DOCS.parent) as folder:
        for language, place in PLACES.items():
            _build_language(language, Path(folder), Path(folder) / "site" / place)
        shutil.rmtree(out, ignore_errors=True)
        (Path(folder) / "site").rename(out)


def is_current(out: Path = PACKAGED) -> bool:
    """Return whether the built pages are newer than every source of theirs."""
    built = out / "search.json"
    if not built.is_file():
        return False
    sources = (file for file in DOCS.rglob("*") if file.is_file() and file.suffix != ".pyc")
    return all(file.stat().st_mtime <= built.stat().st_mtime for file in sources)


def _build_language(language: str, folder: Path, out: Path) -> None:
    """Build one language from its pages and from what all languages share."""
    pages = folder / "docs"
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(DOCS / language, pages)
    shutil.copytree(DOCS / "shared", pages, dirs_exist_ok=True)
    notebook.write(pages / "python.md", pages / "train.ipynb")
    shutil.copy(CLIENT, pages)
    settings = configuration(language) | {"site_dir": out.relative_to(folder).as_posix()}
    # JSON is a part of YAML, which Zensical reads under this name.
    (folder / "mkdocs.yml").write_text(json.dumps(settings), "utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    process = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if process.returncode:
        raise SystemExit(f"The pages ({language}) have a problem.\n{_problems(process.stdout)}")


def _problems(report: str) -> str:
    """Return the places and kinds of the problems that Zensical reports, without its colours."""
    lines = _COLOUR.sub("", report).splitlines()
    return "\n".join(line for line in lines if "Warning:" in line or "[ " in line)


def _entry(language: str, page: str) -> str | dict[str, str]:
    """Return the entry of the navigation for a page that exists in English alone."""
    if language == "en":
        return f"{page}.md"
    match = re.search(r"^# (.+)$", (DOCS / "en" / f"{page}.md").read_text("utf-8"), re.MULTILINE)
    assert match, page
    return {match[1]: f"/help/{page}/"}


def configuration(language: str) -> dict[str, Any]:
    """Return the configuration of Zensical for the pages of a language."""
    guide, own_code, reference, dark, light = _WORDS[language]
    pages = [_entry(language, f"reference/{page}") for page in REFERENCE]
    return {
        "site_name": "Vitrina",
        "docs_dir": "docs",
        "use_directory_urls": True,
        "nav": [{guide: list(GUIDE)}, {own_code: list(OWN_CODE)}, {reference: pages}],
        "theme": {
            "language": language,
            "font": False,
            "favicon": "images/vitrina.svg",
            "logo": "images/vitrina.svg",
            "features": [
                "navigation.sections",
                "navigation.top",
                "content.code.copy",
                "search.highlight",
                "toc.follow",
            ],
            "palette": [
                {"scheme": "default", "toggle": {"icon": "lucide/moon", "name": dark}},
                {"scheme": "slate", "toggle": {"icon": "lucide/sun", "name": light}},
            ],
        },
        "extra": {
            "homepage": "/",
            "generator": False,
            "alternate": [
                {"name": "English", "link": "/help/", "lang": "en"},
                {"name": "Español", "link": "/help/es/", "lang": "es"},
            ],
        },
        "extra_css": ["vitrina.css"],
        "extra_javascript": ["theme.js", "tables.js"],
        "markdown_extensions": [
            "admonition",
            "attr_list",
            "md_in_html",
            "tables",
            {"toc": {"permalink": True, "toc_depth": 3}},
            {"pymdownx.highlight": {"anchor_linenums": False}},
            "pymdownx.superfences",
        ],
        "plugins": [
            "search",
            {
                "mkdocstrings": {
                    "handlers": {
                        "python": {
                            "paths": [str(DOCS.parent)],
                            "options": {
                                "docstring_style": "numpy",
                                "show_source": False,
                                "show_root_heading": True,
                                "heading_level": 2,
                                "members_order": "source",
                                "separate_signature": True,
                                "show_signature_annotations": True,
                            },
                        }
                    }
                }
            },
        ],
    }
