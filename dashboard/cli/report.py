"""``vitrina report``: a dataset, a run, a comparison or a model in service as one HTML file."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.cli.options import home_option
from data.errors import BadInput
from data.files import atomic_write
from data.home import Home
from data.i18n import LANGUAGES, _, use_language

if TYPE_CHECKING:
    from dashboard.reports.document import Report

out_option = click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: NAME.html."
)
language_option = click.option(
    "--language", type=click.Choice(list(LANGUAGES)), default="en", help="Language of the report."
)


@click.group()
def report_command() -> None:
    """Write a report as one HTML file, which any browser opens and prints without a server."""


@report_command.command()
@click.argument("dataset")
@out_option
@language_option
@home_option
def dataset(home: Home, dataset: str, out: Path | None, language: str) -> None:
    """Report a dataset: key figures, charts, quality and origin."""
    from dashboard.reports.dataset_report import dataset_report

    _write(lambda: dataset_report(home, dataset), out or Path(f"{dataset}.html"), language)


@report_command.command()
@click.argument("run")
@out_option
@language_option
@home_option
def run(home: Home, run: str, out: Path | None, language: str) -> None:
    """Report a training: test figures with intervals, curves, configuration and origin."""
    from dashboard.reports.run_report import run_report

    _write(lambda: run_report(home, run), out or Path(f"{run}.html"), language)


@report_command.command()
@click.argument("runs", nargs=-1, required=True)
@out_option
@language_option
@home_option
def compare(home: Home, runs: tuple[str, ...], out: Path | None, language: str) -> None:
    """Report trainings beside the first one: paired differences, curves, settings that differ."""
    from dashboard.reports.comparison_report import comparison_report

    _write(lambda: comparison_report(home, runs), out or Path("comparison.html"), language)


@report_command.command()
@click.argument("dataset")
@click.option("--placement", default="", help="The model of this placement, and its rules.")
@out_option
@language_option
@home_option
def model(home: Home, dataset: str, placement: str, out: Path | None, language: str) -> None:
    """Report the model in service of a dataset: whether it holds, its figures, who changed it."""
    from dashboard.reports.model_report import model_report

    target = out or Path(f"{dataset}-model.html")
    _write(lambda: model_report(home, dataset, placement), target, language)


def _write(make: "Callable[[], Report]", out: Path, language: str) -> None:
    if not out.absolute().parent.is_dir():
        raise BadInput(_("There is no folder {folder}; make it first.").format(folder=out.parent))
    use_language(language)
    content = make().as_html()
    use_language("en")
    with atomic_write(out) as temporary:
        temporary.write_text(content, encoding="utf-8")
    click.echo(_("Wrote {file}.").format(file=out))
