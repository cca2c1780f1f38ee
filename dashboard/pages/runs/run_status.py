"""A run as it is now: its state, how far it is, what can be done with it, why it ended badly."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import (
    button,
    confirm_opener,
    error_state,
    key_figure,
    key_figures,
    menu,
    menu_item,
    moment,
    progress,
)
from dashboard.figures.curves import best_entry
from dashboard.figures.progress_axis import Learning
from dashboard.jobs.failures import Explanation
from dashboard.jobs.queue import SEARCHING
from dashboard.jobs.run import Run
from dashboard.jobs.states import RESUMABLE, State
from dashboard.pages.runs.search_results import field_name
from dashboard.services.runs import monitor
from dashboard.web.downloads import RECORD
from data.i18n import _

ACTION = "run-action"
DELETE, STOP = "delete-run", "stop-run"
EXTENSIONS = (1, 5, 20)
_LOG_LINES = 8
_MEBIBYTE = 1 << 20


def action_id(name: str) -> dict[str, str]:
    """Return the id of a button that does something with a run."""
    return {"type": ACTION, "name": name}


def actions(run: Run) -> list[Component]:
    """Return the buttons for what can be done with a run in its state.

    Those that ask first are always there, hidden where they make no sense: their dialogs stand in
    the page, and look for them.
    """
    stop_words = _("Cancel") if run.state is State.QUEUED else _("Stop")
    shown: list[Component] = []
    if run.state in RESUMABLE:
        shown.append(button(_("Resume"), action_id("resume"), icon="train"))
    stopping = run.state is State.STOPPING
    stop = button(stop_words, confirm_opener(STOP), disabled=stopping)
    shown.append(html.Span(stop, hidden=run.ended))
    rare: list[Component] = []
    if run.kind == "train":
        rare.append(_link(_("Clone"), f"/train?clone={run.run}"))
        rare.append(_link(_("Compare"), f"/compare?runs={run.run}"))
        rare.append(menu_item(_("Save configuration"), action_id("save")))
        rare.append(_file(_("Download everything"), f"{RECORD}{run.run}.zip"))
    if run.ended and run.kind == "train":
        rare += [
            menu_item(_("Extend by {n} epochs").format(n=epochs), action_id(f"extend-{epochs}"))
            for epochs in EXTENSIONS
        ]
    delete = menu_item(_("Delete"), confirm_opener(DELETE), danger=True)
    more = menu([*rare, html.Span(delete, hidden=run.active)])
    shown.append(html.Span(more, hidden=run.active and not rare))
    if run.state is State.FINISHED and run.kind in {"train", "import"}:
        shown.append(_next_step(run))
    return shown


def purpose(run: Run) -> list[Any]:
    """Return what the run is, in one line."""
    if run.kind == SEARCHING:
        words = _("Looks for the best of {fields} on {dataset}, preset {preset}, created")
        fields = ", ".join(map(field_name, run.config["fields"]))
        said = words.format(fields=fields, dataset=run.dataset, preset=run.preset)
        return [said, " ", moment(run.created)]
    if run.kind != "train":
        return [_("Reads files into dataset {dataset}.").format(dataset=run.dataset)]
    words = _("A {network} network on {dataset}, preset {preset}, created").format(
        network=formats.network(run.config.get("network", "")),
        dataset=run.dataset,
        preset=run.preset or _("none"),
    )
    return [words, " ", moment(run.created)]


def now(
    run: Run, learned: Learning, position: int | None, moment_now: float
) -> list[Component | None]:
    """Return how far a run is, and its key figures."""
    left = monitor.time_left(run, learned, moment_now)
    return [bar(run, position, left), figures(run, learned, moment_now)]


def bar(run: Run, position: int | None, left: tuple[float, float] | None) -> Component | None:
    """Return how far the run is; None once it has ended."""
    if run.state is State.QUEUED:
        words = _("Waiting; number {position} in the queue").format(position=position)
        return html.P(words, className="muted")
    if run.ended:
        return None
    return progress(monitor.share_done(run), label=_bar_label(run), detail=left_words(left))


def left_words(left: tuple[float, float] | None) -> str | None:
    """Say how much time is left, as a range.

    Examples
    --------
    >>> left_words((20.0, 140.0)), left_words((30.0, 33.0)), left_words(None)
    ('20 s to 2 min 20 s left', 'about 33 s left', None)
    """
    if left is None:
        return None
    low, high = left
    if low < 1:
        return _("up to {time} left").format(time=formats.duration(high))
    if high <= 1.15 * low:
        return _("about {time} left").format(time=formats.duration(high))
    return _("{low} to {high} left").format(low=formats.duration(low), high=formats.duration(high))


def figures(run: Run, learned: Learning, moment_now: float) -> Component | None:
    """Return the key figures of a training."""
    if run.state is State.QUEUED:
        return None
    if run.kind != "train":
        return _other_figures(run, moment_now)
    history, best = learned.history, best_entry(learned.history, "val_loss")
    shown = [_epochs(run)]
    if best is not None:
        shown.append(
            key_figure(
                _("Best validation loss"),
                formats.number(best["val_loss"], 3),
                comparison=_("epoch {best}; newest {newest}").format(
                    best=best["epoch"], newest=formats.number(history[-1].get("val_loss"), 3)
                ),
            )
        )
        first = best_entry(history, "val_accuracy", highest=True)
        if first is not None:
            shown.append(
                key_figure(
                    _("Best validation accuracy"),
                    formats.percent(first["val_accuracy"], 2),
                    comparison=_("epoch {epoch}").format(epoch=first["epoch"]),
                )
            )
    speed = monitor.throughput(learned, run)
    if speed is not None:
        weights = _("{number} weights").format(number=formats.compact(run.parameters))
        shown.append(
            key_figure(
                _("Throughput"), formats.compact(speed), unit=_("targets/s"), comparison=weights
            )
        )
    spent = formats.duration(monitor.duration(run, moment_now))
    shown.append(key_figure(_("Duration"), spent, comparison=_resources(run)))
    return key_figures(*shown)


def trouble(run: Run, why: Explanation | None, log: str) -> Component | None:
    """Say why a run ended badly, what to do, and what its log said last."""
    if why is None:
        return None
    lines = "\n".join(log.strip().splitlines()[-_LOG_LINES:])
    said = f"{why.title}. {run.message or ''}".strip()
    return html.Div(
        [
            error_state(said, advice=why.advice),
            html.Pre(lines, className="log", tabIndex="0") if lines else None,
        ]
    )


def _other_figures(run: Run, moment_now: float) -> Component:
    """Return the key figures of what is no training: how many rows, and how long it takes."""
    spent = key_figure(_("Duration"), formats.duration(monitor.duration(run, moment_now)))
    rows = run.progress.get("rows")
    return key_figures(*([key_figure(_("Rows read"), formats.number(rows))] if rows else []), spent)


def _next_step(run: Run) -> Component:
    if run.kind == "import":
        return button(_("Look at the dataset"), href=f"/data/{run.dataset}", kind="primary")
    return button(_("Inspect recommendations"), href=f"/recommend?run={run.run}", kind="primary")


def _resources(run: Run) -> str | None:
    """Say how much memory and processor the process takes, or took last."""
    memory, processor = run.progress.get("memory"), run.progress.get("processor")
    if not memory:
        return None
    words = _("{memory} MiB of memory").format(memory=formats.number(memory / _MEBIBYTE))
    if run.ended or processor is None:
        return words
    busy = _("{share} of a core").format(share=formats.percent(processor / 100, 0))
    return f"{words}, {busy}"


def _epochs(run: Run) -> html.Div:
    planned, step = run.config.get("epochs"), run.progress.get("step")
    return key_figure(
        _("Epochs"),
        formats.number(run.epochs_done),
        unit=_("of {epochs}").format(epochs=formats.number(planned)),
        comparison=_("step {step}").format(step=formats.number(step)) if step else None,
    )


def _bar_label(run: Run) -> str:
    epoch = run.progress.get("epoch")
    if run.state is State.STARTING or (run.kind == "train" and not epoch):
        return _("Preparing")
    if run.kind == SEARCHING:
        return _("Training {done} of {all}").format(
            done=run.progress.get("trials", 0), all=run.config["trials"]
        )
    if run.kind != "train":
        return _("Reading files")
    if run.epochs_done >= (run.config.get("epochs") or 0):
        return _("Evaluating")
    words = _("Epoch {epoch} of {epochs}").format(epoch=epoch, epochs=run.config.get("epochs"))
    share = monitor.share_of_epoch(run)
    return f"{words}, {formats.percent(share, 0)}" if share else words


def _file(words: str, href: str) -> Component:
    return html.A(words, href=href, className="menu-item")


def _link(words: str, href: str) -> Component:
    return dcc.Link(words, href=href, className="menu-item")
