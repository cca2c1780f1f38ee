"""What the curves of a training say, in words: does it learn, has it turned, what to do."""

from dataclasses import dataclass
from typing import Literal

from dashboard import formats
from dashboard.figures.curves import best_entry
from dashboard.figures.progress_axis import History
from data.i18n import _

Tone = Literal["good", "bad", "attention"]

LEAST_EPOCHS = 3
_RISE = 0.005  # a validation loss that rose by less than this share has only levelled off
_STANDSTILL = 0.001  # a step of validation loss smaller than this share is none


@dataclass(frozen=True)
class Diagnosis:
    """One reading of the curves: what they show, what to do, and the epoch it points at."""

    tone: Tone
    finding: str
    advice: str
    epoch: int


def diagnose(history: History) -> Diagnosis | None:
    """Read the losses of a training.

    Parameters
    ----------
    history : sequence of mapping
        One an epoch, with ``epoch``, ``loss`` and ``val_loss``.

    Returns
    -------
    Diagnosis or None
        None while there are fewer than three epochs to judge by.
    """
    judged = [entry for entry in history if entry.get("val_loss") is not None]
    best = best_entry(judged, "val_loss")
    if best is None or len(judged) < LEAST_EPOCHS:
        return None
    last, before = judged[-1], judged[-2]
    epoch = int(best["epoch"])
    rise = last["val_loss"] / best["val_loss"] - 1
    if rise > _RISE:
        return _turned(epoch, rise, float(best.get("loss") or 0), float(last.get("loss") or 0))
    if before["val_loss"] - last["val_loss"] > _STANDSTILL * before["val_loss"]:
        return Diagnosis(
            "good",
            _("Validation loss is still falling at epoch {epoch}.").format(epoch=last["epoch"]),
            _("More epochs may help: extend the run."),
            int(last["epoch"]),
        )
    return Diagnosis(
        "attention",
        _("Validation loss has levelled off since epoch {epoch}.").format(epoch=epoch),
        _("More epochs will not help; a larger network or other features may."),
        epoch,
    )


def _turned(epoch: int, rise: float, loss: float, last_loss: float) -> Diagnosis:
    """Say why validation loss rose: learnt by heart, or shaken."""
    if last_loss < loss:
        return Diagnosis(
            "attention",
            _(
                "The network overfits from epoch {epoch} on: since then validation loss rose by"
                " {rise} while training loss fell by {fall}."
            ).format(
                epoch=epoch,
                rise=formats.percent(rise),
                fall=formats.percent(1 - last_loss / loss),
            ),
            _("Early stopping keeps the best epoch; more dropout or fewer units delay the turn."),
            epoch,
        )
    return Diagnosis(
        "bad",
        _(
            "Training became unstable after epoch {epoch}: validation loss rose by {rise}, and"
            " training loss rose too."
        ).format(epoch=epoch, rise=formats.percent(rise)),
        _("Clone the run with a lower learning rate."),
        epoch,
    )
