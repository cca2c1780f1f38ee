"""The group of all commands; the module of a command is imported when it is called."""

import importlib
from pathlib import Path

import click

COMMANDS = {
    "serve": "dashboard.cli.serve",
    "worker": "dashboard.cli.serve",
    "workers": "dashboard.cli.workers",
    "user": "dashboard.cli.users",
    "demo": "dashboard.cli.datasets",
    "sample": "dashboard.cli.datasets",
    "import": "dashboard.cli.datasets",
    "datasets": "dashboard.cli.datasets",
    "attributes": "dashboard.cli.datasets",
    "stats": "dashboard.cli.datasets",
    "train": "dashboard.cli.train",
    "search": "dashboard.cli.search",
    "backtest": "dashboard.cli.backtest",
    "runs": "dashboard.cli.runs",
    "show": "dashboard.cli.runs",
    "stop": "dashboard.cli.runs",
    "resume": "dashboard.cli.runs",
    "delete": "dashboard.cli.runs",
    "archive": "dashboard.cli.runs",
    "report": "dashboard.cli.report",
    "backup": "dashboard.cli.backup",
    "restore": "dashboard.cli.backup",
    "verify": "dashboard.cli.backup",
    "move": "dashboard.cli.backup",
    "model": "dashboard.cli.models",
    "placement": "dashboard.cli.placements",
    "notify": "dashboard.cli.notify",
    "mcp": "dashboard.cli.mcp",
    "mlflow": "dashboard.cli.mlflow",
    "evaluate": "dashboard.cli.predictions",
    "recommend": "dashboard.cli.predictions",
    "export": "dashboard.cli.exports",
    "score": "dashboard.cli.exports",
}


class LazyGroup(click.Group):
    """A group that imports the module of a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of the help text."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = getattr(importlib.import_module(module), f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that holds the state (or VITRINA_HOME; default: the user's data folder).",
)
@click.option(
    "--database",
    "database_url",
    metavar="URL",
    help="PostgreSQL database with the table of runs, instead of a file in the home: "
    "postgresql+psycopg://user@host/name. Set VITRINA_DATABASE where the URL holds a password.",
)
@click.option(
    "--store",
    "store_url",
    metavar="URL",
    help="Object store with datasets and models, of which the home is a cache then:"
    " s3://bucket/prefix (or VITRINA_STORE). Access keys come from the environment.",
)
@click.version_option(package_name="vitrina", prog_name="vitrina")
@click.pass_context
def cli(
    context: click.Context, home: Path | None, database_url: str | None, store_url: str | None
) -> None:
    """Browse a shop's purchase log, train networks on it, and inspect their predictions."""
    context.obj = home, database_url, store_url
