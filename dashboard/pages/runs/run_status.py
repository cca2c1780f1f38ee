"""The status of a run: actions, progress, key figures, and why it failed."""

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
from dashboard.components.aria import aria
from dashboard.figures.curves import metric_name
from dashboard.jobs.failures import Explanation
from dashboard.jobs.queue import BACKTESTING, RETRAINING, SEARCHING, SERIES
from dashboard.jobs.run import Run
from dashboard.jobs.states import RESUMABLE, State
from dashboard.pages.runs.search_results import field_name
from dashboard.services.runs import monitor
from dashboard.training_metrics import TrainingMetrics
from dashboard.web.downloads import RECORD, REPORTS
from data.i18n import _, ngettext
from model.phases import Phase, phase_name
from model.training.monitored import MONITORED

ACTION = "run-action"
DELETE, STOP = "delete-run", "stop-run"
EXTENSIONS = (1, 5, 20)
_LOG_LINES = 8
_MEBIBYTE = 1 << 20


def action_id(name: str) -> dict[str, str]:
    """Return the id of a button for an action on a run."""
    return {"type": ACTION, "name": name}


def actions(run: Run) -> list[Component]:
    """Return the buttons of the actions that a run's state allows.

    Buttons that open a dialog are always rendered, hidden where the state does not allow them: the
    callbacks of the dialogs need them.
    """
    stop_words = _("Cancel") if run.state is State.QUEUED else _("Stop")
    buttons: list[Component] = []
    if run.state in RESUMABLE:
        buttons.append(button(_("Resume"), action_id("resume"), icon="train"))
    stopping = run.state is State.STOPPING
    stop = button(stop_words, confirm_opener(STOP), disabled=stopping)
    buttons.append(html.Span(stop, hidden=run.ended))
    rare: list[Component] = []
    if run.kind == "train":
        rare.append(_link(_("Clone"), f"/train?clone={run.run}"))
        rare.append(_link(_("Compare"), f"/compare?runs={run.run}"))
        rare.append(menu_item(_("Save configuration"), action_id("save")))
        rare.append(_file(_("Report"), f"{REPORTS}run/{run.run}.html"))
        rare.append(_file(_("Download everything"), f"{RECORD}{run.run}.zip"))
    if run.ended and run.kind == "train":
        rare += [
            menu_item(
                ngettext("Extend by {n} epoch", "Extend by {n} epochs", epochs).format(n=epochs),
                action_id(f"extend-{epochs}"),
            )
            for epochs in EXTENSIONS
        ]
    delete = menu_item(_("Delete"), confirm_opener(DELETE), danger=True)
    more = menu([*rare, html.Span(delete, hidden=run.active)])
    buttons.append(html.Span(more, hidden=run.active and not rare))
    if run.state is State.FINISHED and run.kind in {"train", "import"}:
        buttons.append(_next_step(run))
    return buttons


def purpose(run: Run) -> list[Any]:
    """Return one line on what the run does."""
    if run.kind == SEARCHING:
        words = _("Searches the best {fields} on {dataset}, preset {preset}, created")
        fields = ", ".join(map(field_name, run.config["fields"]))
        purpose = words.format(
            fields=fields, dataset=run.dataset, preset=formats.preset(run.preset)
        )
        return [purpose, " ", moment(run.created)]
    if run.kind == BACKTESTING:
        words = _("Trains on {dataset} up to each of {n} days, preset {preset}, created")
        words = words.format(
            n=run.config["trials"], dataset=run.dataset, preset=formats.preset(run.preset)
        )
        return [words, " ", moment(run.created)]
    if run.kind == RETRAINING:
        words = _("Trains the settings of {run} again on {dataset}, as its rule says; created")
        words = words.format(run=run.config["in_service"], dataset=run.dataset)
        return [words, " ", moment(run.created)]
    if run.kind == "import":
        return [_("Reads files into dataset {dataset}.").format(dataset=run.dataset)]
    if run.kind != "train":
        return [
            _("Works on run {run} of dataset {dataset}.").format(
                run=run.config.get("run"), dataset=run.dataset
            )
        ]
    words = _("{networks} on {dataset}, preset {preset}, created").format(
        networks=formats.networks(run.config),
        dataset=run.dataset,
        preset=formats.preset(run.preset),
    )
    return [words, " ", moment(run.created)]


def now(
    run: Run, metrics: TrainingMetrics, waiting: str | None, seconds: float
) -> list[Component | None]:
    """Return the progress of a run and its key figures, at a time in seconds since 1970."""
    left = monitor.time_left(run, metrics, seconds)
    return [bar(run, waiting, left), phases(run), figures(run, metrics, seconds)]


def bar(run: Run, waiting: str | None, left: tuple[float, float] | None) -> Component | None:
    """Return the progress bar of a run, or what it waits for; None once it has ended."""
    if waiting is not None:
        return html.P(waiting, className="muted")
    if run.ended:
        return None
    if run.state is State.STARTING and (lack := run.progress.get("lack")):
        words = _("Waiting for a machine with {lack}; none has so much now").format(lack=lack)
        return html.P(words, className="muted")
    return progress(monitor.share_done(run), label=_bar_label(run), detail=left_words(left))


def phases(run: Run) -> Component | None:
    """Return the phases of a training, the present one marked, with the time that each took.

    None where the training reported none. The shares of an ended run say where its time went.
    """
    seconds = monitor.phases(run)
    if not seconds:
        return None
    whole = sum(filter(None, seconds.values()))
    present = monitor.phase(run) if run.active else None
    return html.Ol(
        [_phase(each, time, whole, present) for each, time in seconds.items()],
        className="phases",
        **aria(label=_("Phases of the run")),
    )


def _phase(phase: Phase, seconds: float | None, whole: float, present: Phase | None) -> html.Li:
    words: list[Any] = [phase_name(phase)]
    if phase is present:
        return html.Li(words, className="is-present", **aria(current="step"))
    if seconds is None:
        return html.Li(words, className="is-ahead")
    time = formats.duration(seconds)
    if present is None and whole:
        time = f"{time}, {formats.percent(seconds / whole, 0)}"
    return html.Li([*words, html.Span(time, className="number")])


def left_words(left: tuple[float, float] | None) -> str | None:
    """Return the text of an estimated range of time left.

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


def figures(run: Run, metrics: TrainingMetrics, seconds: float) -> Component | None:
    """Return the key figures of a run; those of a training are of its best epoch."""
    if run.state is State.QUEUED:
        return None
    if run.kind != "train":
        return _other_figures(run, seconds)
    items = [_epochs(run), *_best_epoch(metrics)]
    speed = monitor.throughput(metrics, run)
    if speed is not None:
        weights = _("{number} weights").format(number=formats.compact(run.parameters))
        items.append(
            key_figure(
                _("Throughput"), formats.compact(speed), unit=_("targets/s"), comparison=weights
            )
        )
    duration = formats.duration(monitor.duration(run, seconds))
    items.append(key_figure(_("Duration"), duration, comparison=_resources(run)))
    return key_figures(*items)


def _best_epoch(metrics: TrainingMetrics) -> list[html.Div]:
    """Return the number of the best epoch and its validation metrics; empty before there is one."""
    best = metrics.best
    if not best:
        return []
    newest = metrics.history[-1]
    name = metric_name(MONITORED)
    return [
        key_figure(
            _("Best epoch"),
            formats.number(best["epoch"]),
            comparison=_("{metric} on validation: {value}").format(
                metric=name, value=formats.number(best[MONITORED], 4)
            ),
            explanation=_(
                "The epoch with the highest {metric} on the validation targets; early stopping"
                " and searches go by it."
            ).format(metric=name),
            place="judging#run",
        ),
        key_figure(
            _("Validation loss"),
            formats.number(best.get("val_loss"), 3),
            comparison=_("newest epoch: {value}").format(
                value=formats.number(newest.get("val_loss"), 3)
            ),
        ),
        key_figure(
            _("Validation accuracy"),
            formats.percent(best.get("val_accuracy"), 2),
            comparison=_("newest epoch: {value}").format(
                value=formats.percent(newest.get("val_accuracy"), 2)
            ),
        ),
    ]


def trouble(run: Run, why: Explanation | None, log: str) -> list[Component]:
    """Return why a run failed, what to do, and the last lines of its log; empty if it did not."""
    if why is None:
        return []
    lines = "\n".join(log.strip().splitlines()[-_LOG_LINES:])
    message = f"{why.title}. {run.message or ''}".strip()
    last_lines = [html.Pre(lines, className="log", tabIndex="0")] if lines else []
    return [error_state(message, advice=why.advice), *last_lines]


def _other_figures(run: Run, seconds: float) -> Component:
    """Return the key figures of other kinds of run: rows read and duration."""
    duration = key_figure(_("Duration"), formats.duration(monitor.duration(run, seconds)))
    rows = run.progress.get("rows")
    return key_figures(
        *([key_figure(_("Rows read"), formats.number(rows))] if rows else []), duration
    )


def _next_step(run: Run) -> Component:
    if run.kind == "import":
        return button(_("Look at the dataset"), href=f"/data/{run.dataset}", kind="primary")
    return button(_("Inspect recommendations"), href=f"/recommend?run={run.run}", kind="primary")


def _resources(run: Run) -> str | None:
    """Return the text of the memory and processor time that the process uses, or used last."""
    memory, processor = run.progress.get("memory"), run.progress.get("processor")
    if not memory:
        return None
    words = _("{memory} MiB of memory").format(memory=formats.number(memory / _MEBIBYTE))
    if run.ended or processor is None:
        return words
    cores = _("{share} of a core").format(share=formats.percent(processor / 100, 0))
    return f"{words}, {cores}"


def _epochs(run: Run) -> html.Div:
    limit, patience = run.config.get("epochs"), run.config.get("early_stopping")
    words = _("of {epochs} at most") if patience else _("of {epochs}")
    return key_figure(
        _("Epochs"),
        formats.number(run.epochs_done),
        unit=words.format(epochs=formats.number(limit)),
        comparison=_step(run) if run.active else ending(run),
    )


def _step(run: Run) -> str | None:
    step = run.progress.get("step")
    return _("step {step}").format(step=formats.number(step)) if step else None


def ending(run: Run) -> str | None:
    """Return the sentence on the end of a training: by early stopping or by the limit of epochs."""
    limit, patience = run.config.get("epochs"), run.config.get("early_stopping")
    if run.state is not State.FINISHED or not patience or not limit:
        return None
    # Runs of before it was noted: patience may have ended one in its last epoch, too.
    if run.progress.get("patience_over", run.epochs_done < limit):
        return ngettext(
            "ended by patience: {n} epoch without a better one",
            "ended by patience: {n} epochs without a better one",
            patience,
        ).format(n=patience)
    return _("ended by the limit of epochs")


def _bar_label(run: Run) -> str:
    epoch = run.progress.get("epoch")
    phase = monitor.phase(run)
    if phase is not None and (phase is not Phase.TRAINING or not epoch):
        return phase_name(phase)
    if run.state is State.STARTING or (run.kind == "train" and not epoch):
        return _("Preparing")
    if run.kind in SERIES:
        return _("Training {done} of {all}").format(
            done=run.progress.get("trials", 0), all=run.config["trials"]
        )
    if run.kind == "import":
        return _("Reading files")
    if run.kind != "train":
        return _("Working")
    if run.epochs_done >= (run.config.get("epochs") or 0):
        return _("Evaluating")
    words = _("Epoch {epoch} of {epochs}").format(epoch=epoch, epochs=run.config.get("epochs"))
    share = monitor.share_of_epoch(run)
    return f"{words}, {formats.percent(share, 0)}" if share else words


def _file(words: str, href: str) -> Component:
    return html.A(words, href=href, className="menu-item")


def _link(words: str, href: str) -> Component:
    return dcc.Link(words, href=href, className="menu-item")
