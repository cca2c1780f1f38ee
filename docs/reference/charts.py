"""The page of charts."""

import inspect

from dashboard.pages.datasets.charts import CHARTS, DatasetChart
from data.exploration.statistics import Statistics
from data.i18n import _
from docs.reference import docstrings
from docs.reference.markdown import anchor, heading
from docs.reference.markdown import page as whole_page

OF_RUNS = {
    "Accuracy since the training": "dashboard.figures.drift:weekly_accuracy",
    "Backtest: accuracy over time": "dashboard.figures.backtest:accuracy_over_time",
    "Backtest: loss by age": "dashboard.figures.backtest:loss_by_age",
}
"""Charts of what came after a training: title → function."""

PURPOSE = (
    "The charts of a dataset, in the order of the page, and those of what came after a training."
    " The title of each is its main result, a table is behind it, and both can be downloaded, as"
    " PNG and as CSV."
)


def page() -> str:
    """Return every chart of a dataset, with its query, and those of what follows a training."""
    of_datasets = ("\n\n".join(_chart(name, CHARTS[name])) for name in CHARTS)
    of_runs = (
        f"{heading(title, anchor(title))}\n\n{docstrings.of(figure)}"
        for title, figure in OF_RUNS.items()
    )
    return whole_page("Charts", PURPOSE, *of_datasets, *of_runs)


def _chart(name: str, chart: DatasetChart) -> list[str]:
    parts = [heading(_(chart.title), anchor(name)), docstrings.of(chart.figure)]
    parts.append(f"**What is counted.** {_query(chart.query)}")
    if chart.sampled:
        parts.append(
            "In a very large log it is estimated from a random sample of users, and says so."
        )
    if chart.timed:
        parts.append("A log without times does not have it.")
    return parts


def _query(query: str) -> str:
    if ":" in query:
        return docstrings.of(query)
    words = inspect.cleandoc(getattr(Statistics, query).__doc__ or "")
    return words.partition("\n\nParameters")[0].partition("\n\nReturns")[0].replace("``", "`")
