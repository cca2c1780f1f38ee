"""Count what other buyers of a product bought later."""

from dataclasses import dataclass

from dashboard.services.recommendations.served_run import ServedRun
from data.preparation.steps import is_target
from data.preparation.user_history import select_events

_FIRST = "row_number() OVER (PARTITION BY user ORDER BY time, row)"
_FROM_END = "row_number() OVER (PARTITION BY user ORDER BY time DESC, row DESC)"


@dataclass(frozen=True)
class CoPurchases:
    """How many of the buyers of one product bought another one later.

    Attributes
    ----------
    buyers : int
        Other buyers who bought the first product.
    later : int
        Those of them who bought the second one after it.
    all_buyers, all_second : int
        All other buyers, and those of them who ever bought the second one.
    """

    buyers: int
    later: int
    all_buyers: int
    all_second: int

    @property
    def share(self) -> float:
        """Share of the first product's buyers who bought the second one later."""
        return self.later / self.buyers if self.buyers else 0.0

    @property
    def base_rate(self) -> float:
        """Share of all buyers who ever bought the second product."""
        return self.all_second / self.all_buyers if self.all_buyers else 0.0


def count_co_purchases(
    served: ServedRun, first: str, second: str, *, except_user: str = ""
) -> CoPurchases:
    """Count who bought one product after another, among the events visible to the training.

    Under ``temporal`` these are the events before the first held-out one, under ``leave-one-out``
    all but each buyer's last two. Under ``paper``, which holds out buyers drawn at random, the
    events of every buyer count.

    Parameters
    ----------
    served : ServedRun
    first, second : str
        Products; the same one twice counts who bought it again.
    except_user : str
        A buyer who is left out of all counts.

    Raises
    ------
    BadInput
        Where the run's dataset is gone.
    """
    dataset = served.require_dataset()
    preparation = served.handle.config.preparation
    conditions, values = ["user <> ?", is_target(preparation)], [except_user]
    cut = served.handle.held_out.get("validation")
    if cut is not None:
        conditions.append("time < ?::TIMESTAMP")
        values.append(cut.strftime("%Y-%m-%d %H:%M:%S.%f"))
    visible = select_events("user, product, time, row", preparation, *conditions)
    if served.handle.config.protocol == "leave-one-out":
        visible = f"SELECT * FROM ({visible}) QUALIFY {_FIRST} = 1 OR {_FROM_END} > 2"
    with dataset.connect() as connection:
        counts = connection.execute(
            f"""WITH visible AS ({visible}),
            buyers_of_first AS (
                SELECT user, min({{t: time, r: row}}) AS at FROM visible
                WHERE product = ? GROUP BY user),
            buyers_of_second AS (
                SELECT user, max({{t: time, r: row}}) AS at FROM visible
                WHERE product = ? GROUP BY user)
            SELECT (SELECT count(*) FROM buyers_of_first),
                   (SELECT count(*) FROM buyers_of_first f JOIN buyers_of_second s USING (user)
                    WHERE s.at > f.at),
                   (SELECT count(DISTINCT user) FROM visible),
                   (SELECT count(*) FROM buyers_of_second)""",
            [*values, first, second],
        ).fetchone()
    return CoPurchases(*(int(count) for count in counts or (0, 0, 0, 0)))
