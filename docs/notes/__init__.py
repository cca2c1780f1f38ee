"""What the code does not say of settings, models and figures: equation, source, when to use.

Each module maps the names of the code to notes; ``tests/docs`` fails where a name has none, and
where a note is about nothing. Equations are plain text in which ``_`` and ``^`` lower and raise the
next character or the next ``{…}``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """A note on a model, a loss, a protocol or a figure.

    Attributes
    ----------
    equation : str
        In plain text; empty where words say more.
    source : str
        Where it is published; empty where it comes from here.
    use : str
        When to use it, or how to read it.
    """

    use: str
    equation: str = ""
    source: str = ""
