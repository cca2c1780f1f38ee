"""The tour: what to see first, each step beside the thing that it is about.

It starts where somebody asks for it, never by itself. The steps lead over several pages;
``assets/tour.js`` opens these and shows the steps with driver.js, which is loaded only then.
"""

from typing import TypedDict

from dash import ClientsideFunction, Input, Output, clientside_callback, dcc, html
from dash.development.base_component import Component

from dashboard.components import button
from dashboard.components.aria import data
from dashboard.pages.recommend.page_state import Query
from dashboard.services.overview import Overview
from dashboard.web.assets import asset
from dashboard.web.help_panel import TOUR
from data.i18n import _

STEPS, _STARTED = "tour-steps", "tour-started"
_LIBRARY = ("vendor/driver/driver.mjs", "vendor/driver/driver.css")


class Step(TypedDict):
    """A step of the tour.

    Attributes
    ----------
    path : str
        Address of its page.
    target : str
        CSS selector of the element that it is about.
    title, text : str
        What to see there; without values from data, since they are shown as HTML.
    """

    path: str
    target: str
    title: str
    text: str


def start_button() -> Component:
    """Return the button that starts the tour."""
    return button(_("Take the tour"), kind="quiet", href=TOUR)


def tour(overview: Overview, *, started: bool) -> html.Div:
    """Return the steps for the browser, and what it needs to show them.

    Parameters
    ----------
    overview : Overview
        Datasets and models that the steps lead to.
    started : bool
        Whether the tour starts now.
    """
    library, style = map(asset, _LIBRARY)
    words = data(
        library=library,
        style=style,
        next=_("Next"),
        previous=_("Back"),
        done=_("Done"),
        close=_("End the tour"),
        progress=_("Step {current} of {total}").format(current="{{current}}", total="{{total}}"),
    )
    return html.Div(
        [
            dcc.Store(id=STEPS, data=steps(overview) if started else []),
            html.Div(id=_STARTED, hidden=True),
        ],
        id="tour",
        **words,
    )


def register() -> None:
    """Register the callback that starts the tour."""
    clientside_callback(
        ClientsideFunction("vitrina", "start_tour"),
        Output(_STARTED, "children"),
        Input(STEPS, "data"),
    )


def steps(overview: Overview) -> list[Step]:
    """Return the steps over what this home has: datasets, runs and models, as far as it goes."""
    return [
        Step(
            path="/",
            target=".rail-nav",
            title=_("Where things are"),
            text=_("In the order of the work: data, training, runs, recommendations."),
        ),
        _data_step(overview),
        Step(
            path="/train",
            target="#main .train-columns .panel",
            title=_("Train a network"),
            text=_(
                "Choose a preset and start. Every setting is below, with its meaning behind a"
                " question mark; the side says how long it will take."
            ),
        ),
        *_model_steps(overview),
        Step(
            path="/",
            target="#help-open",
            title=_("Help on every page"),
            text=_(
                "The question mark, or the key ?, says what a page shows, leads into the guide and"
                " offers this tour again."
            ),
        ),
    ]


def _data_step(overview: Overview) -> Step:
    if not overview.datasets:
        return Step(
            path="/data",
            target="#main .import-sources",
            title=_("Bring a purchase log"),
            text=_(
                "Nearly any file with buyers, products and times. You see how it is read before"
                " it is imported, and can correct it."
            ),
        )
    return Step(
        path=f"/data/{overview.datasets[0]['name']}",
        target="#main .figure-card",
        title=_("A chart says its result"),
        text=_(
            "The title of each chart is its main result. Its buttons show the same as a table and"
            " save it; filters above act on every chart."
        ),
    )


def _model_steps(overview: Overview) -> list[Step]:
    if not overview.models:
        return []
    run = overview.models[0].run.run
    return [
        Step(
            path=f"/runs/{run}",
            target="#run-now",
            title=_("How good is it?"),
            text=_(
                "A run shows what it does while it trains, and then its figures beside baselines"
                " on purchases that it never saw."
            ),
        ),
        Step(
            path=Query(run=run).href(),
            target="#recommend-ranking",
            title=_("What comes next"),
            text=_(
                "Pick a buyer, or fill an empty basket, and see the products in the order in which"
                " the model expects them, each with its reasons."
            ),
        ),
    ]
