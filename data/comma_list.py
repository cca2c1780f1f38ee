"""Lists of texts in one line, separated by commas and quoted as in CSV."""

import csv
from collections.abc import Iterable


def read_list(line: str, separator: str = ",") -> list[str]:
    """Return the texts of a line; blanks around them are cut and empty ones are left out.

    A text that holds the separator stands in double quotes; a quote in it is doubled.

    Raises
    ------
    ValueError
        Where a quotation mark is not closed, or is closed before the text ends.

    Examples
    --------
    >>> read_list("1004856, 1004767"), read_list('"TV 1000, black",TV-2')
    (['1004856', '1004767'], ['TV 1000, black', 'TV-2'])
    >>> read_list("Comedy|Drama", separator="|")
    ['Comedy', 'Drama']
    """
    reader = csv.reader([line], delimiter=separator, skipinitialspace=True, strict=True)
    try:
        texts = [text.strip() for row in reader for text in row]
    except csv.Error as error:
        raise ValueError(line) from error
    return [text for text in texts if text]


def write_list(texts: Iterable[object], separator: str = ",") -> str:
    """Return texts as one line that ``read_list`` reads again.

    Examples
    --------
    >>> write_list(["TV 1000, black", "TV-2", 'a 12" pan'])
    '"TV 1000, black",TV-2,"a 12"" pan"'
    >>> write_list(["product", "price"], ", ")
    'product, price'
    """
    return separator.join(_quoted(str(text), separator.strip()) for text in texts)


def _quoted(text: str, separator: str) -> str:
    if not any(mark in text for mark in (separator, '"', "\r", "\n")):
        return text
    return '"' + text.replace('"', '""') + '"'
