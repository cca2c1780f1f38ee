"""Apply a preparation to a dataset: load the events that it keeps, or count them step by step."""

from dataclasses import dataclass, field

import pandas as pd

from data.datasets.attribute_table import AttributeTable
from data.datasets.dataset import Dataset
from data.datasets.side_tables import BUYERS
from data.errors import BadInput
from data.i18n import _
from data.preparation.preparation import Preparation
from data.preparation.steps import Step, apply, counted_columns

COLUMNS = "row, time, type, user, product, category, brand, price, session, quantity"


@dataclass(frozen=True)
class PreparedEvents:
    """The events that a preparation keeps, and the number left after each step.

    Attributes
    ----------
    events : pandas.DataFrame
        Ordered by user, time and row; columns row, time, type, user, product, category, brand,
        price, session, quantity, and target: whether the event is of a type that is predicted.
    steps : tuple of Step
        The first one, ``"all"``, counts the dataset as imported.
    buyers : AttributeTable
        The categories and numbers that the side table has of the buyers of the log.
    products : AttributeTable
        The same of the products of the log; empty unless ``with_products``.
    has_times : bool
        Whether the log has times; otherwise the place of an event stands for its time.
    """

    events: pd.DataFrame
    steps: tuple[Step, ...]
    buyers: AttributeTable = field(default_factory=AttributeTable)
    products: AttributeTable = field(default_factory=AttributeTable)
    has_times: bool = True


def prepare(
    dataset: Dataset, preparation: Preparation, *, with_products: bool = False
) -> PreparedEvents:
    """Return the events of a dataset that a preparation keeps.

    Parameters
    ----------
    dataset : Dataset
    preparation : Preparation
    with_products : bool
        Whether to read the attributes and titles of the products, too.

    Raises
    ------
    BadInput
        Where no events are left; the message names the step that removed the last ones.
    """
    with dataset.connect() as connection:
        steps = tuple(apply(connection, dataset, preparation, COLUMNS))
        for step in steps:
            if not step.events:
                raise BadInput(
                    _(
                        "No events of dataset {name} remain after the step “{step}”; relax it."
                    ).format(step=_(step.label), name=dataset.name)
                )
        events = connection.execute("FROM prepared ORDER BY user, time, row").df()
        buyers = AttributeTable.read(connection, dataset, BUYERS)
        products = AttributeTable()
        if with_products:
            products = AttributeTable.of_products(connection, dataset)
    has_times = not dataset.manifest.time_from_order
    return PreparedEvents(events, steps, buyers, products, has_times)


def preview(dataset: Dataset, preparation: Preparation) -> tuple[Step, ...]:
    """Return the counts after each step of a preparation, without loading the events.

    Steps that the preparation does not use are left out; after a step that leaves no events, the
    counts of all further steps are 0.
    """
    with dataset.connect() as connection:
        return tuple(apply(connection, dataset, preparation, counted_columns(preparation)))
