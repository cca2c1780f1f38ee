"""No choice: the option of a select that stands for none of the others."""

NO_CHOICE = "*"
"""Its value. It cannot be empty: a select of dash-bootstrap-components shows nothing then."""


def no_choice(words: str) -> dict[str, str]:
    """Return the option, in words such as “All”.

    Examples
    --------
    >>> no_choice("All")
    {'label': 'All', 'value': '*'}
    """
    return {"label": words, "value": NO_CHOICE}
