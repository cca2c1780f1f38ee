"""The commands ``vitrina export`` and ``vitrina score``."""

import sys
from pathlib import Path

import click

from dashboard.cli.options import home_option, json_option, print_json, served_run_option
from data.home import Home
from data.i18n import _


@click.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder to write; it must be empty or absent.",
)
@json_option
@home_option
@served_run_option
def export_command(*, home: Home, run: str, placement: str, out: Path, as_json: bool) -> None:
    """Write a run as a bundle that works with onnxruntime and NumPy alone."""
    from dashboard.services.recommendations import exports

    about = exports.export(home, run, out, placement)
    if as_json:
        print_json(about)
        return
    if about["serves"] == "blend":
        click.echo(
            _("It serves a blend of the network and baselines; the bundle holds all of them.")
        )
    click.echo(
        _("Run {run} is in {out}; rank with: python {example}").format(
            run=run, out=out, example=out / "example.py"
        )
    )


@click.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write, .parquet or .csv.",
)
@click.option("-k", default=20, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--exclude-seen", is_flag=True, help="Leave out products of the history.")
@json_option
@home_option
@served_run_option
def score_command(
    *,
    home: Home,
    run: str,
    placement: str,
    out: Path,
    k: int,
    exclude_seen: bool,
    as_json: bool,
) -> None:
    """Write ranked lists for every buyer of the run's dataset."""
    from dashboard.services.recommendations import exports

    verbose = not as_json and sys.stderr.isatty()

    def show_progress(done: int, total: int) -> None:
        if verbose:
            click.echo(
                "\r" + _("{done} of {all} buyers").format(done=f"{done:,}", all=f"{total:,}"),
                err=True,
                nl=done == total,
            )

    scored = exports.score(
        home,
        run,
        out,
        k=k,
        exclude_seen=exclude_seen,
        placement=placement,
        on_progress=show_progress,
    )
    if as_json:
        about = {"run": run, "file": str(out), "buyers": scored.buyers, "k": k}
        print_json(about | {"placement": scored.placement})
        return
    click.echo(_("{buyers} buyers are in {out}.").format(buyers=f"{scored.buyers:,}", out=out))
    if scored.placement:
        counts = scored.placement["left_out"]
        click.echo(
            _("Products of the model's own lists that rules left out: {counts}.").format(
                counts=", ".join(f"{rule} {count:,}" for rule, count in counts.items()) or _("none")
            )
        )
