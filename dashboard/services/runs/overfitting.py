"""Diagnose a training from its curves: whether it still learns, overfits or is unstable."""

from dataclasses import dataclass
from typing import Any, Literal

from dashboard import formats
from dashboard.training_metrics import TrainingMetrics, extreme_epoch
from data.i18n import _

Tone = Literal["good", "bad", "attention"]

MIN_EPOCHS = 3
_RISE = 0.005  # a validation loss that rose by a smaller share than this has only levelled off
_STANDSTILL = 0.001  # a validation loss that fell by a smaller share than this has not fallen


@dataclass(frozen=True)
class Diagnosis:
    """What the curves show, what to do, and the epoch that the finding is about."""

    tone: Tone
    finding: str
    advice: str
    epoch: int


def diagnose(metrics: TrainingMetrics) -> Diagnosis | None:
    """Diagnose a training from its losses and its monitored figure.

    The losses say whether it overfits; whether that costs anything is decided by the monitored
    figure, whose best epoch is kept: NDCG@10 often rises on for some epochs after the validation
    loss has turned, while the probabilities lose their calibration.

    Parameters
    ----------
    metrics : TrainingMetrics
        With ``epoch``, ``loss``, ``val_loss`` and the monitored figure in its history.

    Returns
    -------
    Diagnosis or None
        None while fewer than three epochs have a validation loss.
    """
    history = [entry for entry in metrics.history if entry.get("val_loss") is not None]
    if len(history) < MIN_EPOCHS:
        return None
    lowest, best = extreme_epoch(history, "val_loss", highest=False), metrics.best
    last, previous = history[-1], history[-2]
    rise = last["val_loss"] / lowest["val_loss"] - 1
    if rise > _RISE:
        return _risen(lowest, last, rise, best)
    if previous["val_loss"] - last["val_loss"] > _STANDSTILL * previous["val_loss"]:
        return Diagnosis(
            "good",
            _("Validation loss is still falling at epoch {epoch}.").format(epoch=last["epoch"]),
            _("More epochs may help: extend the run."),
            int(last["epoch"]),
        )
    if best and best["epoch"] == last["epoch"]:
        return Diagnosis(
            "good",
            _(
                "Validation loss has levelled off since epoch {epoch}, but NDCG@10 is still rising."
            ).format(epoch=lowest["epoch"]),
            _("More epochs may help: extend the run."),
            int(last["epoch"]),
        )
    return Diagnosis(
        "attention",
        _("Validation loss has levelled off since epoch {epoch}.").format(epoch=lowest["epoch"]),
        _("More epochs will not help; a larger network or other features may."),
        int(lowest["epoch"]),
    )


def _risen(lowest: dict[str, Any], last: Any, rise: float, best: dict[str, Any]) -> Diagnosis:
    """Return the diagnosis of a validation loss that rose: overfitting, or an unstable training."""
    epoch, loss, last_loss = int(lowest["epoch"]), lowest.get("loss") or 0, last.get("loss") or 0
    if last_loss >= loss:
        return Diagnosis(
            "bad",
            _(
                "Training became unstable after epoch {epoch}: validation loss rose by {rise}, and"
                " training loss rose too."
            ).format(epoch=epoch, rise=formats.percent(rise)),
            _("Clone the run with a lower learning rate."),
            epoch,
        )
    finding = _(
        "The network overfits from epoch {epoch} on: since then validation loss rose by"
        " {rise} while training loss fell by {fall}."
    ).format(epoch=epoch, rise=formats.percent(rise), fall=formats.percent(1 - last_loss / loss))
    if best and best["epoch"] > epoch:
        words = _(
            "{finding} NDCG@10 rose on until epoch {best}: the ranking got better, the"
            " probabilities did not."
        )
        finding = words.format(finding=finding, best=best["epoch"])
    return Diagnosis(
        "attention",
        finding,
        _(
            "Early stopping keeps the epoch with the highest NDCG@10; more dropout or fewer units"
            " delay overfitting."
        ),
        epoch,
    )
