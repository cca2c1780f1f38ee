"""Evidence: what other buyers did who bought the same."""

from dataclasses import dataclass

from dashboard.jobs.run import Run
from dashboard.services.recommendations.buyers import begins
from data.datasets.store import Store
from data.home import Home
from data.preparation.user_history import select_events
from model.config.run_config import RunConfig

_FIRST = "row_number() OVER (PARTITION BY user ORDER BY time, row)"
_FROM_END = "row_number() OVER (PARTITION BY user ORDER BY time DESC, row DESC)"


@dataclass(frozen=True)
class Evidence:
    """How many of the buyers of one product bought another one later.

    Attributes
    ----------
    buyers : int
        Other buyers who bought the first product.
    later : int
        Those of them who bought the second one after it.
    everybody, of_all : int
        All other buyers, and those of them who ever bought the second one.
    """

    buyers: int
    later: int
    everybody: int
    of_all: int

    @property
    def share(self) -> float:
        """The share of the first product's buyers who went on to the second."""
        return self.later / self.buyers if self.buyers else 0.0

    @property
    def usual(self) -> float:
        """The share of all buyers who bought the second product at some time."""
        return self.of_all / self.everybody if self.everybody else 0.0


def followed(home: Home, run: Run, first: str, second: str, *, but: str = "") -> Evidence:
    """Count who bought one product after another, among the events visible to the training.

    Under ``temporal`` these are the events before the first held-out one, under ``leave-one-out``
    all but each buyer's last two. Under ``paper``, which holds out buyers drawn at random, the
    events of every buyer count.

    Parameters
    ----------
    home : Home
    run : Run
    first, second : str
        Products; the same one twice counts who bought it again.
    but : str
        A buyer who does not count.

    Raises
    ------
    BadInput
        Where the run's dataset is gone.
    """
    dataset = Store(home).open(run.dataset)
    config = RunConfig.from_dict(run.config)
    cut = begins(home.runs / run.run).get("validation")
    conditions, values = ["user <> ?"], [but]
    if cut is not None:
        conditions.append("time < ?::TIMESTAMP")
        values.append(cut.strftime("%Y-%m-%d %H:%M:%S.%f"))
    events = select_events("user, product, time, row", config.preparation, *conditions)
    if config.protocol == "leave-one-out":
        events = f"SELECT * FROM ({events}) QUALIFY {_FIRST} = 1 OR {_FROM_END} > 2"
    with dataset.connect() as connection:
        found = connection.execute(
            f"""WITH seen AS ({events}),
            one AS (SELECT user, min({{t: time, r: row}}) AS at FROM seen WHERE product = ?
                    GROUP BY user),
            other AS (SELECT user, max({{t: time, r: row}}) AS at FROM seen WHERE product = ?
                      GROUP BY user)
            SELECT (SELECT count(*) FROM one),
                   (SELECT count(*) FROM one JOIN other USING (user) WHERE other.at > one.at),
                   (SELECT count(DISTINCT user) FROM seen),
                   (SELECT count(*) FROM other)""",
            [*values, first, second],
        ).fetchone()
    return Evidence(*(int(number) for number in found or (0, 0, 0, 0)))
