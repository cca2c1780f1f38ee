"""The cards of the home page: three steps to a first result, the latest runs, the datasets."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import (
    button,
    card,
    empty_state,
    icon,
    key_figure,
    key_figures,
    moment,
    progress,
    state_badge,
)
from dashboard.components.aria import aria
from dashboard.jobs.queue import SEARCHING, TRAINING
from dashboard.jobs.run import Run
from dashboard.pages.recommend.page_state import Query
from dashboard.services.overview import Content, Latest
from data.i18n import N_, _, ngettext

DEMO = "home-demo"
KINDS = {
    "import": N_("import"),
    "score": N_("ranked lists"),
    "evaluate": N_("evaluation"),
    "search": N_("search"),
}


def figures(found: Content) -> Component:
    """Return the key figures over all datasets and runs."""
    purchases = sum(row["purchases"] for row in found.datasets)
    buyers = sum(row["users"] for row in found.datasets)
    return key_figures(
        key_figure(_("Datasets"), formats.number(len(found.datasets))),
        key_figure(_("Purchases"), formats.compact(purchases)),
        key_figure(_("Buyers"), formats.compact(buyers)),
        key_figure(_("Trained models"), formats.number(len(found.models))),
        *([_best(found.best)] if found.best else []),
    )


def _best(best: Latest) -> html.Div:
    rate, popular = best.hit_rate or 0.0, best.popular
    comparison = _("run {run}").format(run=best.run.run)
    tone = None
    if popular is not None:
        comparison = _("popularity: {popular} · {run}").format(
            popular=formats.percent(popular), run=best.run.run
        )
        tone = "good" if rate > popular else "bad"
    return key_figure(
        _("Best hit rate in ten"),
        formats.percent(rate),
        comparison=comparison,
        tone=tone,
        explanation=_(
            "How often the product that was really bought next is among the first ten (HR@10 on"
            " the test part, full ranking)."
        ),
    )


def steps(found: Content) -> html.Section:
    """Return the three steps to a first result, with what is done already."""
    has_data, has_model = bool(found.datasets), bool(found.models)
    training = next((one.run for one in found.latest if one.run.kind == TRAINING), None)
    making = any(one.run.kind != TRAINING for one in found.latest)
    run = found.models[0].run.run if has_model else ""
    return html.Section(
        html.Ol(
            [
                _step(
                    1,
                    _("Bring purchases"),
                    _("A CSV or Parquet file with buyer, product and time, or a synthetic shop."),
                    [
                        button(_("Import data"), href="/data", kind=_kind(not has_data)),
                        button(_("Make the demo shop"), DEMO, disabled=making or has_data),
                    ],
                    done=has_data,
                ),
                _step(
                    2,
                    _("Train a model"),
                    _("Choose a preset and watch it learn; you may close the window meanwhile."),
                    [
                        button(_("Open the run"), href=f"/runs/{training.run}")
                        if training
                        else button(
                            _("Train"), href="/train", kind=_kind(has_data and not has_model)
                        )
                    ],
                    done=has_model,
                ),
                _step(
                    3,
                    _("See what comes next"),
                    _("Open a buyer: history, ranked products, and why each is offered."),
                    [
                        button(
                            _("Recommend"),
                            href=Query(run=run).href(),
                            kind=_kind(has_model),
                        )
                    ],
                    done=False,
                ),
            ],
            className="steps",
        ),
        className="panel",
        **aria(label=_("Three steps to a first result")),
    )


def _kind(first: bool) -> Any:
    """Return the look of a step's button: the step that is due has the primary one."""
    return "primary" if first else "secondary"


def _step(number: int, title: str, words: str, actions: list[Component], *, done: bool) -> html.Li:
    mark: Component | str = icon("check") if done else formats.number(number)
    return html.Li(
        [
            html.Span(mark, className="step-mark is-done" if done else "step-mark"),
            html.Div(
                [
                    html.H2([title, html.Span(_("done"), className="visually-hidden")])
                    if done
                    else html.H2(title),
                    html.P(words, className="muted"),
                    html.Div(actions, className="actions"),
                ]
            ),
        ],
        className="step",
    )


def runs_card(found: Content) -> html.Section:
    """Return the latest runs, each a link, and whether a worker is there to carry them out."""
    rows = [_run_row(one) for one in found.latest]
    nothing = empty_state(_("No run yet; a training appears here as soon as it is started."))
    return card(
        html.Ul(rows, className="home-list") if rows else nothing,
        title=_("Latest runs"),
        subtitle=_worker(found),
        actions=[button(_("All runs"), href="/runs", kind="quiet")] if rows else [],
        span=7,
        flush=True,
    )


def _worker(found: Content) -> str:
    if found.worker.alive:
        return _("The worker is ready.")
    if found.busy:
        return _("No worker is running: what is queued waits until one is started.")
    return _("No worker is running; it starts with the next run.")


def _run_row(one: Latest) -> html.Li:
    run = one.run
    training = run.kind == TRAINING
    kind = run.preset if training else _(KINDS.get(run.kind, run.kind))
    about = " · ".join(filter(None, (run.dataset, kind)))
    return html.Li(
        [
            html.Div(
                [
                    dcc.Link(
                        run.label or run.run,
                        href=_address(run),
                        className="home-link",
                    ),
                    html.Span(about, className="note"),
                ],
                className="home-what",
            ),
            html.Div(_figures(one), className="home-figure"),
            state_badge(run.state.value),
        ],
        className="home-row",
    )


def _address(run: Run) -> str:
    if run.kind in {TRAINING, SEARCHING}:
        return f"/runs/{run.run}"
    asked = run.config.get("run")
    return "/data" if asked is None else f"/recommend/take-away?run={asked}"


def _figures(one: Latest) -> list[Component]:
    if not one.run.ended:
        label = _(KINDS.get(one.run.kind, one.run.kind)).capitalize()
        if one.run.kind == TRAINING:
            label = _("Epoch {done} of {all}").format(
                done=one.run.epochs_done, all=one.run.config.get("epochs", "?")
            )
        return [progress(one.share, label=label)]
    if one.hit_rate is not None:
        lines: list[Component] = [
            html.Span(_("HR@10 {rate}").format(rate=formats.percent(one.hit_rate)))
        ]
        if one.popular is not None:
            words = _("popularity {rate}").format(rate=formats.percent(one.popular))
            lines.append(html.Span(words, className="note"))
        return lines
    loss = one.run.best.get("val_loss")
    if loss is not None:
        words = _("validation loss {loss}").format(loss=formats.number(loss, 3))
        return [html.Span(words), _when(one)]
    return [_when(one)]


def _when(one: Latest) -> Component:
    return html.Span(moment(one.run.created), className="note")


def datasets_card(found: Content) -> html.Section:
    """Return the datasets, each a link."""
    rows = [_dataset_row(row) for row in found.datasets]
    nothing = empty_state(_("No dataset yet."))
    return card(
        html.Ul(rows, className="home-list") if rows else nothing,
        title=_("Datasets"),
        subtitle=_("Purchase logs that have been imported"),
        actions=[button(_("All datasets"), href="/data", kind="quiet")] if rows else [],
        span=5,
        flush=True,
    )


def _dataset_row(row: dict[str, Any]) -> html.Li:
    buyers = ngettext("{count} buyer", "{count} buyers", row["users"])
    products = ngettext("{count} product", "{count} products", row["products"])
    about = [
        buyers.format(count=formats.compact(row["users"])),
        products.format(count=formats.compact(row["products"])),
    ]
    if row["synthetic"]:
        about.insert(0, _("synthetic"))
    purchases = ngettext("{count} purchase", "{count} purchases", row["purchases"])
    return html.Li(
        [
            html.Div(
                [
                    dcc.Link(row["name"], href=f"/data/{row['name']}", className="home-link"),
                    html.Span(" · ".join(about), className="note"),
                ],
                className="home-what",
            ),
            html.Div(
                [
                    html.Span(purchases.format(count=formats.compact(row["purchases"]))),
                    html.Span(_span(row), className="note"),
                ],
                className="home-figure",
            ),
        ],
        className="home-row",
    )


def _span(row: dict[str, Any]) -> str:
    first, last = (str(row[key] or "")[:10] for key in ("first_event", "last_event"))
    return first if first == last else f"{first} – {last}"
