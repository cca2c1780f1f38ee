"""The errors that people see: one sentence that says what is wrong and what to do."""


class VitrinaError(Exception):
    """Something failed that the user did not cause.

    Attributes
    ----------
    exit_code : int
        What the command line exits with when this error ends a command.
    """

    exit_code = 1


class BadInput(VitrinaError):
    """Something the user gave cannot be used: a file, a name, a setting.

    Parameters
    ----------
    message : str
        The sentence that is shown.
    field : str, optional
        Flat key of the setting that cannot be used, such as ``preparation.min_user_events``,
        where the error is about one.
    """

    exit_code = 2

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Cancelled(VitrinaError):
    """The user stopped the work; what had been written is gone again."""
