"""Characters that programs put around names and values."""

INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
"""Those without width."""
BLANKS = " \t\u00a0\u202f" + INVISIBLE
