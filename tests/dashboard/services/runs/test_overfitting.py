"""A diagnosis reads the curves as a person would."""

from dashboard.services.runs.overfitting import diagnose


def history(*pairs):
    return [
        {"epoch": epoch, "loss": loss, "val_loss": val_loss}
        for epoch, (loss, val_loss) in enumerate(pairs, 1)
    ]


def test_two_epochs_are_too_few_to_judge_by():
    assert diagnose(history((7, 7), (6, 6))) is None


def test_overfitting_points_at_the_epoch_where_validation_turned():
    found = diagnose(history((7, 7), (6, 6), (5, 6.3), (4, 6.6)))
    assert found is not None
    assert found.epoch == 2
    assert found.finding == (
        "The network overfits from epoch 2 on: since then validation loss rose by 10.0%"
        " while training loss fell by 33.3%."
    )


def test_a_falling_loss_asks_for_more_epochs():
    found = diagnose(history((7, 7), (6, 6), (5, 5)))
    assert found is not None
    assert (found.tone, found.epoch) == ("good", 3)
    assert "extend" in found.advice


def test_a_loss_that_stands_still_has_levelled_off():
    found = diagnose(history((7, 7), (6, 6), (5.9, 6.0001), (5.9, 6.0002)))
    assert found is not None
    assert found.finding == "Validation loss has levelled off since epoch 2."


def test_both_losses_rising_is_no_overfitting_but_instability():
    found = diagnose(history((7, 7), (6, 6), (8, 9)))
    assert found is not None
    assert found.tone == "bad"
    assert "unstable after epoch 2" in found.finding


def test_epochs_without_a_validation_loss_are_passed_over():
    broken = [*history((7, 7), (6, 6), (5, 5)), {"epoch": 4, "loss": None, "val_loss": None}]
    found = diagnose(broken)
    assert found is not None
    assert found.epoch == 3
