"""``vitrina demo``, ``import``, ``datasets`` and ``stats``: logs in, and what they hold."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.options import (
    home_option,
    json_option,
    parse_pairs,
    print_json,
    print_pairs,
    print_table,
)
from data.home import Home
from data.i18n import _

if TYPE_CHECKING:
    from data.progress import ImportProgress


@click.command()
@click.option("--buyers", type=click.IntRange(1), help="How many buyers the shop has.")
@click.option("--seed", default=0, show_default=True, help="The same seed makes the same shop.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write a CSV file instead."
)
@json_option
@home_option
def demo_command(
    home: Home, buyers: int | None, seed: int, out: Path | None, as_json: bool
) -> None:
    """Make the demo shop (synthetic purchases) as dataset "demo", or write it as a CSV file."""
    from dashboard.services.datasets import library

    if out is not None:
        library.write_demo(out, buyers, seed)
        click.echo(_("Wrote synthetic purchases to {file}.").format(file=out), err=as_json)
        return
    _report(library.make_demo(home, buyers, seed), as_json)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", required=True, help="What to call the dataset.")
@click.option(
    "--map",
    "mapping",
    help="Which column holds what: user=COL,item=COL,time=COL,type=COL,category=COL,…",
)
@click.option("--time-format", help="How times are written, as for strptime: %d/%m/%Y %H:%M.")
@click.option("--replace", "mode", flag_value="replace", help="Replace a dataset of that name.")
@click.option("--append", "mode", flag_value="append", help="Add to a dataset of that name.")
@json_option
@home_option
def import_command(
    *,
    home: Home,
    files: tuple[Path, ...],
    name: str,
    mapping: str | None,
    time_format: str | None,
    mode: str | None,
    as_json: bool,
) -> None:
    """Read purchase logs into a dataset; rows that cannot be read are kept as rejects.

    A file may be Kaggle's: kaggle:OWNER/SET/FILE (needs the extra "kaggle").
    """
    from dashboard.services.datasets import library
    from data.importing.request import ImportRequest
    from data.progress import ignore_progress

    columns = parse_pairs(mapping.split(","), "--map") if mapping else None
    imported = library.import_files(
        home,
        ImportRequest(files, name, columns, time_format, mode or "new"),
        on_progress=_show_progress if sys.stderr.isatty() and not as_json else ignore_progress,
    )
    _report(imported, as_json)


@click.command()
@json_option
@home_option
def datasets_command(home: Home, as_json: bool) -> None:
    """List the datasets."""
    from dashboard.services.datasets import library

    found = library.summaries(home)
    if as_json:
        print_json(found)
        return
    print_table(
        [_("dataset"), _("events"), _("purchases"), _("users"), _("products")],
        [
            [
                row["name"],
                *(f"{row[key]:,}" for key in ("events", "purchases", "users", "products")),
            ]
            for row in found
        ],
    )


@click.command()
@click.argument("name")
@json_option
@home_option
def stats_command(home: Home, name: str, as_json: bool) -> None:
    """Print the key figures of a dataset."""
    from dashboard.services.datasets import library

    _report(library.summary(home, name), as_json)


def _report(summary: dict[str, Any], as_json: bool) -> None:
    """Print the figures of one dataset."""
    if as_json:
        print_json(summary)
        return
    print_pairs((key.replace("_", " "), _shown(value)) for key, value in summary.items())


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items()) or "–"
    if isinstance(value, bool) or value is None:
        return "–" if value is None else str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _show_progress(progress: "ImportProgress") -> None:
    """Keep one line of stderr up to date."""
    share = progress.bytes_done / progress.bytes_total if progress.bytes_total else 0.0
    click.echo(f"\r{progress.stage} {share:4.0%}  {progress.rows:,}\x1b[K", nl=False, err=True)
