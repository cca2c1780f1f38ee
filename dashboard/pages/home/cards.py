"""The cards of the home page: key figures, first steps, latest runs and datasets."""

from typing import Any, Literal

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
from dashboard.components.code_words import code_words
from dashboard.context import may
from dashboard.figures.curves import metric_name
from dashboard.identity import Role
from dashboard.jobs.queue import CHECKING, SERIES, TRAINING
from dashboard.jobs.run import Run
from dashboard.pages.datasets.period import period
from dashboard.pages.recommend.page_state import Query
from dashboard.services.overview import Overview, RunSummary
from dashboard.services.runs import candidates, monitor
from data.i18n import N_, _, ngettext
from data.importing.complete_journey import TERMS
from model.phases import Phase, phase_name
from model.training.monitored import MONITORED

DEMO, SAMPLE = "home-demo", "home-sample"
KINDS = {
    "import": N_("import"),
    "score": N_("ranked lists"),
    "part": N_("part of ranked lists"),
    "evaluate": N_("evaluation"),
    "check": N_("check of a model"),
    "compare": N_("comparison with the model in service"),
    "effect": N_("effect of rules"),
    "fit": N_("baselines"),
    "map": N_("map of products"),
    "search": N_("search"),
    "backtest": N_("backtest"),
    "retrain": N_("training again"),
}


def figures(overview: Overview) -> Component:
    """Return the key figures of all datasets and runs."""
    purchases = sum(row["purchases"] for row in overview.datasets)
    buyers = sum(row["users"] for row in overview.datasets)
    return key_figures(
        key_figure(_("Datasets"), formats.number(len(overview.datasets))),
        key_figure(_("Purchases"), formats.compact(purchases)),
        key_figure(_("Buyers"), formats.compact(buyers)),
        key_figure(_("Trained models"), formats.number(len(overview.models))),
        *([_best(overview.best)] if overview.best else []),
    )


def _best(best: RunSummary) -> html.Div:
    rate, popularity = best.hit_rate or 0.0, best.popularity
    comparison = _("run {run}").format(run=best.run.run)
    tone = None
    if popularity is not None:
        comparison = _("popularity: {popular} · {run}").format(
            popular=formats.percent(popularity), run=best.run.run
        )
        tone = None if rate == popularity else "good" if rate > popularity else "bad"
    return key_figure(
        _("Best HR@10"),
        formats.percent(rate),
        comparison=comparison,
        tone=tone,
        explanation=_(
            "The share of test targets whose product is among the first ten recommendations (HR@10,"
            " ranked among the whole catalogue)."
        ),
        place="reference/evaluation#hr",
    )


def steps(overview: Overview) -> html.Section:
    """Return the three steps to a first result; those that are done are marked."""
    has_data, has_model = bool(overview.datasets), bool(overview.models)
    runs = [summary.run for summary in overview.latest]
    training = next((run for run in runs if run.kind == TRAINING and not run.ended), None)
    making = any(run.kind != TRAINING for run in runs)
    run = overview.models[0].run.run if has_model else ""
    return html.Section(
        html.Ol(
            [
                _step(
                    1,
                    _("Bring purchases"),
                    _ways(overview),
                    [
                        button(_("Import data"), href="/data", kind=_kind(not has_data)),
                        button(_("Make the demo shop"), DEMO, disabled=making or has_data),
                        *_sample(overview, making),
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


def _ways(overview: Overview) -> str:
    """Return the ways to a first dataset, in one sentence."""
    if overview.sample_offered:
        return _("A log of your own, a real one of a grocery shop, or a synthetic shop.")
    return _("A log of your own, or a synthetic shop.")


def _sample(
    overview: Overview, making: bool, kind: Literal["secondary", "quiet"] = "secondary"
) -> list[Component]:
    """Return the button that imports a real log, where there is one that is not imported."""
    if not overview.sample_offered:
        return []
    return [button(_("Import a real log"), SAMPLE, kind=kind, disabled=making, title=_(TERMS))]


def _kind(first: bool) -> Any:
    """Return the kind of a step's button: that of the next step is primary."""
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


def runs_card(overview: Overview) -> html.Section:
    """Return the card of the latest runs, with the status of the worker."""
    rows = [_run_row(summary) for summary in overview.latest]
    nothing = empty_state(_("No run yet; a training appears here as soon as it is started."))
    return card(
        html.Ul(rows, className="home-list") if rows else nothing,
        title=_("Latest runs"),
        subtitle=_worker(overview),
        actions=[button(_("All runs"), href="/runs", kind="quiet")] if rows else [],
        span=7,
        flush=True,
    )


def _worker(overview: Overview) -> str:
    if overview.worker.alive:
        return _("The worker is ready.")
    if overview.busy:
        return _("No worker is running: queued runs wait until one is started.")
    return _("No worker is running; it starts with the next run.")


def _run_row(summary: RunSummary) -> html.Li:
    run = summary.run
    training = run.kind == TRAINING
    kind = _(KINDS.get(run.kind, run.kind))
    if training:
        kind = formats.preset(run.preset) if run.preset else ""
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
            html.Div(_figures(summary), className="home-figure"),
            state_badge(run.state.value),
        ],
        className="home-row",
    )


def _address(run: Run) -> str:
    if run.kind in {TRAINING, *SERIES}:
        return f"/runs/{run.run}"
    model = run.config.get("run")
    if run.kind in {CHECKING, candidates.KIND}:
        return f"/runs/{model}"
    return "/data" if model is None else f"/recommend/take-away?run={model}"


def _figures(summary: RunSummary) -> list[Component]:
    run = summary.run
    created = html.Span(moment(run.created), className="note")
    if not run.ended:
        label = _(KINDS.get(run.kind, run.kind)).capitalize()
        if run.kind == TRAINING:
            label = _("Epoch {done} of {all}").format(
                done=run.epochs_done, all=run.config.get("epochs", "?")
            )
        phase = monitor.phase(run)
        if phase not in {None, Phase.TRAINING}:
            label = phase_name(phase)
        return [progress(summary.share, label=label)]
    if summary.problem:
        return [html.Span(code_words(summary.problem), className="field-error")]
    if summary.hit_rate is not None:
        rate = _("HR@10 {rate}").format(rate=formats.percent(summary.hit_rate))
        if summary.popularity is None:
            return [html.Span(rate)]
        popularity = _("popularity {rate}").format(rate=formats.percent(summary.popularity))
        return [html.Span(rate), html.Span(popularity, className="note")]
    ndcg = run.best.get(MONITORED)
    if ndcg is not None:
        words = _("{metric} on validation: {value}").format(
            metric=metric_name(MONITORED), value=formats.number(ndcg, 4)
        )
        return [html.Span(words), created]
    return [created]


def datasets_card(overview: Overview) -> html.Section:
    """Return the card of the datasets."""
    rows = [_dataset_row(row) for row in overview.datasets]
    nothing = empty_state(_("No dataset yet."))
    return card(
        [html.Ul(rows, className="home-list"), *_beyond_the_demo(overview)] if rows else nothing,
        title=_("Datasets"),
        subtitle=_("Purchase logs that have been imported"),
        actions=[button(_("All datasets"), href="/data", kind="quiet")] if rows else [],
        span=5,
        flush=True,
    )


def _beyond_the_demo(overview: Overview) -> list[Component]:
    """Return the ways to a real log where every dataset is synthetic and no step offers them."""
    real = any(not row["synthetic"] for row in overview.datasets)
    if real or not overview.models or not may(Role.TRAIN):
        return []
    importing = any(summary.run.kind != TRAINING for summary in overview.latest)
    words = html.Span(_("Synthetic: it says nothing about real shops."), className="note")
    own = button(_("Import data"), href="/data", kind="quiet")
    return [html.Div([words, own, *_sample(overview, importing, "quiet")], className="home-ways")]


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
                    html.Span(period(row["first_event"], row["last_event"]), className="note"),
                ],
                className="home-figure",
            ),
        ],
        className="home-row",
    )
