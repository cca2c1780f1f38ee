"""What each page shows, in two sentences, and where the documentation says more."""

import re
from dataclasses import dataclass

from data.i18n import N_


@dataclass(frozen=True)
class PageHelp:
    """The help of a page.

    Attributes
    ----------
    what : str
        What one is looking at, in two sentences, marked for translation.
    place : str
        Page of the documentation, with an anchor, as ``guide_address`` takes it.
    """

    what: str
    place: str


PAGES = {
    "/": PageHelp(
        N_(
            "The datasets and the latest runs of this home. While there is no trained model, three"
            " steps lead to a first recommendation."
        ),
        "",
    ),
    "/data": PageHelp(
        N_(
            "Every purchase log that has been imported. Import another one by upload, by a path on"
            " the server or from Kaggle, and correct how its columns are read."
        ),
        "your-log",
    ),
    "/data/<dataset>": PageHelp(
        N_(
            "One log in charts, each with its main result as its title. Filters at the top act on"
            " every chart and are part of the address, which a colleague can open."
        ),
        "data-pages#charts",
    ),
    "/data/<dataset>/products": PageHelp(
        N_(
            "Every product of the log with its events, buyers and price. Sort by a column, search,"
            " and open a product to see what it is bought with."
        ),
        "data-pages#tables",
    ),
    "/data/<dataset>/users": PageHelp(
        N_(
            "Every user of the log with purchases, first and last event. Open one to see the"
            " history and, where there is a model, what is recommended."
        ),
        "data-pages#tables",
    ),
    "/data/<dataset>/quality": PageHelp(
        N_(
            "What came in, what was rejected and why, and what looks odd. Each finding says what it"
            " means for charts and for networks, and what can be done."
        ),
        "data-pages#quality",
    ),
    "/data/<dataset>/preparation": PageHelp(
        N_(
            "How many events, buyers and products remain after each filter that comes before a"
            " training. Nothing here changes the dataset."
        ),
        "data-pages#preparation",
    ),
    "/train": PageHelp(
        N_(
            "The settings of a new run, from a preset. Each is checked as you type, and the side"
            " shows what remains of the log and how long the training will take."
        ),
        "reference/settings",
    ),
    "/runs": PageHelp(
        N_("Every run with its state and its best figure. Select several to compare them."),
        "judging#runs",
    ),
    "/runs/<run>": PageHelp(
        N_(
            "One run: progress while it trains, then its figures beside every baseline. Curves show"
            " whether it still learns or overfits."
        ),
        "judging#run",
    ),
    "/compare": PageHelp(
        N_(
            "Several runs side by side: curves on one axis, the settings that differ, and figures"
            " paired buyer by buyer. Where an interval holds 0, the runs do not clearly differ."
        ),
        "judging#compare",
    ),
    "/recommend": PageHelp(
        N_(
            "A buyer's history on the left and the ranked next products on the right, with reasons."
            " Edit the history and see the ranks move; without a buyer, start from an empty basket."
        ),
        "buyers",
    ),
    "/recommend/products": PageHelp(
        N_(
            "Products that are similar to one another by what the network has learned. The map puts"
            " products with similar embeddings close to each other."
        ),
        "buyers#products",
    ),
    "/recommend/health": PageHelp(
        N_(
            "Where a model is right and where it is wrong, by segments of the test targets. Open"
            " buyers for whom it failed to see why."
        ),
        "buyers#errors",
    ),
    "/recommend/placements": PageHelp(
        N_(
            "The places where products of this dataset are recommended, each with rules. See what"
            " they do to one buyer's list, and what they cost on the test targets."
        ),
        "take-away#placements",
    ),
    "/recommend/take-away": PageHelp(
        N_(
            "Everything that leaves Vitrina: the model as a bundle, ranked lists for every buyer,"
            " and the HTTP interface. A bundle works without Vitrina."
        ),
        "take-away",
    ),
    "/gallery": PageHelp(
        N_(
            "Every component of the interface in every state, for those who change it. Nothing here"
            " is data."
        ),
        "extending#gallery",
    ),
}
"""By the path of a page; a test holds that every page is here."""


def help_of(path: str) -> PageHelp:
    """Return the help of the page at a path; of the home page where there is none.

    Examples
    --------
    >>> help_of("/data/november/quality").place
    'data-pages#quality'
    """
    for template, help_ in PAGES.items():
        if re.fullmatch(re.sub(r"<\w+>", "[^/]+", template), path):
            return help_
    return PAGES["/"]
