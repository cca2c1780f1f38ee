"""The charts below the ranking, over the whole catalogue."""

from dashboard.figures.chart import Chart
from dashboard.figures.recommendation import concentration, expected_categories
from dashboard.pages.recommend.view_model import RankedHistory


def ranking_charts(history: RankedHistory, theme: str | None) -> tuple[Chart, Chart | None]:
    """Return how concentrated the probability is, and its distribution over categories.

    The second is None where no product has a category.
    """
    ranked = history.ranked
    return (
        concentration(ranked.probabilities, ranked.popularity, history.query.size, theme),
        expected_categories(
            history.model.catalogue.categories,
            ranked.probabilities,
            [event.category for event in history.events],
            theme,
        ),
    )
