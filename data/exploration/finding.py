"""An entry of the quality report."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """An entry of the quality report.

    Attributes
    ----------
    key : str
        Identifier, such as ``"duplicates"``.
    severity : str
        ``"good"``, ``"notice"`` or ``"warning"``.
    finding : str
        The observation, a translated sentence.
    meaning : str
        Its effect on training; empty if it has none.
    step : str or None
        The field of ``data.preparation.preparation.Preparation`` that removes the anomaly.
    """

    key: str
    severity: str
    finding: str
    meaning: str = ""
    step: str | None = None
