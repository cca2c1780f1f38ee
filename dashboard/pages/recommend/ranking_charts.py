"""The figures below the ranking: of the whole catalogue, where the rows show its best part."""

from dashboard.figures.chart import Chart
from dashboard.figures.recommendation import concentration, expected_categories
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.view_model import scene
from dashboard.services.recommendations import predictors
from data.home import Home


def figures(home: Home, query: Query, theme: str | None) -> tuple[Chart, Chart]:
    """Return how sure the model is, and what it expects by category.

    Raises
    ------
    BadInput
        As ``scene`` does.
    """
    found = scene(home, query)
    outlook = found.outlook
    model = predictors.predictor(home, query.run)
    return (
        concentration(outlook.probabilities, outlook.popularity, query.size, theme),
        expected_categories(
            model.categories,
            outlook.probabilities,
            [entry.category for entry in found.entries],
            theme,
        ),
    )
