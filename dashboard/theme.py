"""Design tokens: every colour, size and space of style sheets and figures.

Style sheets use them as CSS variables (``assets/tokens.css``, which ``python -m dashboard.theme``
writes and a test keeps equal), figures through ``colour``.
"""

from pathlib import Path
from typing import Final, Literal

Theme = Literal["light", "dark"]

THEMES: Final[tuple[Theme, Theme]] = ("light", "dark")
DEFAULT_THEME: Final[Theme] = "light"

FONT = '"Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
MONOSPACE = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace'

SIZES: Final = {
    "text-xs": "12px",
    "text-sm": "14px",
    "text-md": "16px",
    "text-lg": "20px",
    "text-xl": "28px",
    "space-1": "4px",
    "space-2": "8px",
    "space-3": "12px",
    "space-4": "16px",
    "space-6": "24px",
    "space-8": "32px",
    "space-12": "48px",
    "radius": "6px",
    "rail": "88px",
    "bar": "48px",
    "gutter": "24px",
    "content": "1440px",
    "quick": "120ms",
}

NEUTRALS: Final = {
    "canvas": ("#f6f7f8", "#101216"),
    "surface": ("#ffffff", "#171a1f"),
    "sunken": ("#eef0f2", "#22262d"),
    "line": ("#e1e4e8", "#2b3038"),
    "line-strong": ("#878f98", "#6d7681"),
    "text": ("#191d23", "#e8eaed"),
    "text-muted": ("#5a636e", "#9aa4b0"),
    "accent": ("#3f4db8", "#a9b4ff"),
    "accent-weak": ("#eceef9", "#262b45"),
    "on-accent": ("#ffffff", "#10131a"),
}

# Okabe and Ito's colours, each darkened (light) or left (dark) until it reaches 3:1 on a surface.
# A colour has the same meaning on every page.
SERIES: Final = {
    "training": ("#b98000", "#e69f00"),
    "validation": ("#0072b2", "#4a9fd8"),
    "test": ("#c266a0", "#cc79a7"),
    "view": ("#1d8fd0", "#56b4e9"),
    "cart": ("#958b0b", "#f0e442"),
    "purchase": ("#009068", "#1fb58a"),
    "network": ("#d55e00", "#e8731a"),
    "baseline": ("#6f7883", "#8b95a1"),
}

TONES: Final = {
    "good": ("#0b6b4f", "#5fd0a5"),
    "bad": ("#b3261e", "#ff8f85"),
    "attention": ("#8a5300", "#f0b64f"),
    "good-weak": ("#e6f3ee", "#16302a"),
    "bad-weak": ("#fbebea", "#3a1f1f"),
    "attention-weak": ("#fbf1e0", "#352a17"),
}

COLOURS: Final[dict[str, tuple[str, str]]] = {**NEUTRALS, **SERIES, **TONES}

STYLE_SHEET = Path(__file__).resolve().parent.parent / "assets" / "tokens.css"


def known(theme: str | None) -> Theme:
    """Return the theme of that name, or the default if there is none.

    Examples
    --------
    >>> known("dark"), known(None), known("sepia")
    ('dark', 'light', 'light')
    """
    return "dark" if theme == "dark" else DEFAULT_THEME


def colour(name: str, theme: str | None) -> str:
    """Return a colour as ``#rrggbb``.

    Parameters
    ----------
    name : str
        Key of ``COLOURS``, such as ``"validation"``.
    theme : str or None
        ``"light"`` or ``"dark"``; anything else means the default.

    Examples
    --------
    >>> colour("validation", "light")
    '#0072b2'
    """
    return COLOURS[name][THEMES.index(known(theme))]


def mix(first: str, second: str, share: float) -> str:
    """Interpolate linearly between two colours.

    Examples
    --------
    >>> mix("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = ((int(first[at : at + 2], 16), int(second[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(start + (end - start) * share):02x}" for start, end in pairs)


def luminance(value: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2), from 0 to 1."""
    channels = (int(value[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2), from 1 to 21.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def style_sheet() -> str:
    """Return the style sheet that defines the tokens as CSS variables."""
    sizes = [f"  --{name}: {size};" for name, size in SIZES.items()]
    fonts = [f"  --font: {FONT};", f"  --font-mono: {MONOSPACE};"]
    blocks = ["/* Written by `python -m dashboard.theme`: change dashboard/theme.py instead. */"]
    blocks.append("\n".join([":root {", *fonts, *sizes, "}"]))
    for theme in THEMES:
        lines = [f"  --{name}: {colour(name, theme)};" for name in COLOURS]
        head = f'[data-bs-theme="{theme}"] {{'
        blocks.append("\n".join([head, f"  color-scheme: {theme};", *lines, "}"]))
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    STYLE_SHEET.write_text(style_sheet(), encoding="utf-8")
