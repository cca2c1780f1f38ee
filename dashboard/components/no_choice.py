"""The option of a select that means none of the others."""

NO_CHOICE = "*"
"""Its value. A select of dash-bootstrap-components shows nothing for an empty value."""


def no_choice(label: str) -> dict[str, str]:
    """Return the option with a label such as “All”.

    Examples
    --------
    >>> no_choice("All")
    {'label': 'All', 'value': '*'}
    """
    return {"label": label, "value": NO_CHOICE}
