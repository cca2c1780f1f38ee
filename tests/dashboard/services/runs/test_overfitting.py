"""The diagnosis of a training from its losses and its monitored figure."""

from dashboard.services.runs.overfitting import diagnose
from dashboard.training_metrics import TrainingMetrics


def training(*losses: tuple[float, float], best: int = 2) -> TrainingMetrics:
    """Return metrics with training and validation losses, and NDCG@10 highest at one epoch."""
    return TrainingMetrics(
        [
            {
                "epoch": epoch,
                "loss": loss,
                "val_loss": val_loss,
                "val_ndcg@10": 0.1 if epoch == best else 0.05,
            }
            for epoch, (loss, val_loss) in enumerate(losses, 1)
        ]
    )


def test_two_epochs_are_too_few_to_judge_by():
    assert diagnose(training((7, 7), (6, 6))) is None


def test_overfitting_points_at_the_epoch_where_validation_turned():
    found = diagnose(training((7, 7), (6, 6), (5, 6.3), (4, 6.6)))
    assert found is not None
    assert found.epoch == 2
    assert found.finding == (
        "The network overfits from epoch 2 on: since then validation loss rose by 10.0%"
        " while training loss fell by 33.3%."
    )


def test_overfitting_tells_that_the_ranking_got_better_after_the_loss_had_turned():
    diagnosis = diagnose(training((7, 7), (6, 6), (5, 6.3), (4, 6.6), best=3))
    assert diagnosis is not None
    assert diagnosis.epoch == 2
    assert "NDCG@10 rose on until epoch 3" in diagnosis.finding
    assert "keeps the epoch with the highest NDCG@10" in diagnosis.advice


def test_a_level_loss_with_a_rising_ndcg_asks_for_more_epochs():
    diagnosis = diagnose(training((7, 7), (6, 6), (5.9, 6.0001), (5.8, 6.0002), best=4))
    assert diagnosis is not None
    assert (diagnosis.tone, diagnosis.epoch) == ("good", 4)
    assert "extend" in diagnosis.advice


def test_a_falling_loss_asks_for_more_epochs():
    found = diagnose(training((7, 7), (6, 6), (5, 5)))
    assert found is not None
    assert (found.tone, found.epoch) == ("good", 3)
    assert "extend" in found.advice


def test_a_loss_that_stands_still_has_levelled_off():
    found = diagnose(training((7, 7), (6, 6), (5.9, 6.0001), (5.9, 6.0002)))
    assert found is not None
    assert found.finding == "Validation loss has levelled off since epoch 2."


def test_both_losses_rising_is_no_overfitting_but_instability():
    found = diagnose(training((7, 7), (6, 6), (8, 9)))
    assert found is not None
    assert found.tone == "bad"
    assert "unstable after epoch 2" in found.finding


def test_epochs_without_a_validation_loss_are_passed_over():
    whole = training((7, 7), (6, 6), (5, 5)).history
    found = diagnose(TrainingMetrics([*whole, {"epoch": 4, "loss": None, "val_loss": None}]))
    assert found is not None
    assert found.epoch == 3
