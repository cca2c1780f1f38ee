"""What a file leaves open: two readings fit equally, and a person has to choose."""

from dataclasses import dataclass

from data.errors import BadInput


@dataclass(frozen=True)
class Reading:
    """One way to read a file.

    Attributes
    ----------
    value : str
        What a request says to choose it, such as ``"day/month/year"``, ``","`` or a column.
    words : str
        What it makes of an example: “day/month/year: 01/02/2019 is 2019-02-01”.
    """

    value: str
    words: str


@dataclass(frozen=True)
class Question:
    """A question to the person who imports a file.

    Attributes
    ----------
    about : {"time", "price", "time_column"}
        What the answer settles: the order of day and month, the decimal mark, or which column is
        the time.
    sentence : str
    readings : tuple of Reading
        Two or more.
    """

    about: str
    sentence: str
    readings: tuple[Reading, ...]


class Ambiguous(BadInput):
    """A file can be read in two ways.

    Parameters
    ----------
    message : str
        The sentence of the command line; it names the option that settles it.
    question : Question
        The same as a page asks it.
    """

    def __init__(self, message: str, question: Question) -> None:
        super().__init__(message)
        self.question = question
