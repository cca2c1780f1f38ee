"""Translated texts of AG Grid."""

from data.i18n import _


def table_words(empty: str | None = None) -> dict[str, str]:
    """Return the ``localeText`` of AG Grid in the current language.

    Parameters
    ----------
    empty : str, optional
        Text of a table without rows.
    """
    return {
        "noRowsToShow": empty or _("Nothing here yet."),
        "loadingOoo": _("Loading"),
        "loadingError": _("Could not be loaded"),
        "filterOoo": _("Filter"),
        "applyFilter": _("Apply"),
        "clearFilter": _("Clear"),
        "resetFilter": _("Reset"),
        "equals": _("Equals"),
        "notEqual": _("Does not equal"),
        "lessThan": _("Less than"),
        "greaterThan": _("Greater than"),
        "lessThanOrEqual": _("At most"),
        "greaterThanOrEqual": _("At least"),
        "inRange": _("Between"),
        "inRangeStart": _("From"),
        "inRangeEnd": _("To"),
        "contains": _("Contains"),
        "notContains": _("Does not contain"),
        "startsWith": _("Starts with"),
        "endsWith": _("Ends with"),
        "blank": _("Is empty"),
        "notBlank": _("Is not empty"),
        "andCondition": _("and"),
        "orCondition": _("or"),
        "ariaFilterInput": _("Filter"),
        "ariaFilterValue": _("Value to filter by"),
        "ariaFilteringOperator": _("How to compare"),
        "ariaRowSelect": _("Press space to select this row"),
        "ariaRowDeselect": _("Press space to deselect this row"),
        "ariaRowToggleSelection": _("Press space to select or deselect the row"),
        "ariaSortableColumn": _("Press enter to sort"),
        "ariaHeaderSelection": _("Select all rows"),
        "ariaColumnFiltered": _("Column filtered"),
    }
