"""The files that a browser loads."""

from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"
ICON = "vitrina.svg"
THEME_SCRIPT = "theme.js"


def asset(name: str) -> str:
    """Return the address of an asset with the modification time, so that caches see a change."""
    return f"/assets/{name}?v={(ASSETS / name).stat().st_mtime_ns:x}"
