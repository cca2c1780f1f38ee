"""Rules applied to the rankings of models in Vitrina."""

from data.preparation.sequences import FIRST, Floats
from model.sequences.histories import Histories
from model.serving.rules.rules_numpy import NO_TIME, RuledList, RuleTables, apply_rules


def ruled_list(
    tables: RuleTables, histories: Histories, row: int, scores: Floats, k: int
) -> RuledList:
    """Return the list of ``k`` products after one of some histories under rules.

    Parameters
    ----------
    tables : RuleTables
    histories : Histories
        Of the targets alone (``Histories.of_targets``).
    row : int
        Which of them.
    scores : float array [products]
        As ``apply_rules`` takes them.
    k : int
    """
    events = slice(int(histories.start[row]), int(histories.stop[row]))
    codes, times = histories.columns["product"][events], histories.columns["time"][events]
    asking_time = NO_TIME if histories.at is None else int(histories.at[row])
    return apply_rules(
        tables, scores, bought=codes - FIRST, times=times, asking_time=asking_time, k=k
    )
