"""The page of commands."""

import inspect
from collections.abc import Iterator

import click

from dashboard.cli.group import cli
from docs.notes.commands import EXAMPLES
from docs.reference.markdown import anchor, heading, table
from docs.reference.markdown import page as whole_page

PURPOSE = (
    "`vitrina COMMAND`. `--json` prints one JSON document and nothing else. An error is one line on"
    " stderr that says what is wrong and what to do; the exit status is 0, 2 for bad input, 1 for a"
    " failure and 130 after Ctrl-C."
)


def page() -> str:
    """Return every command with its arguments and options."""
    commands = dict(all_commands())
    parts = [
        heading("All commands", "all"),
        table(
            ["command", "what it does"],
            [
                [f"[`{name}`](#{anchor(name)})", context.command.get_short_help_str(200)]
                for name, context in commands.items()
            ],
        ),
        heading("Options of all", "global"),
        _options(_root()),
    ]
    parts += [_section(name, context) for name, context in commands.items()]
    return whole_page("Commands", PURPOSE, *parts)


def all_commands() -> Iterator[tuple[str, click.Context]]:
    """Yield the name of every command with its context; those of a group after the group."""
    yield from _below(_root(), "")


def _root() -> click.Context:
    return cli.make_context("vitrina", [], resilient_parsing=True)


def _below(parent: click.Context, prefix: str) -> Iterator[tuple[str, click.Context]]:
    group = parent.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=parent)
        yield f"{prefix}{name}", context
        if isinstance(command, click.Group):
            yield from _below(context, f"{prefix}{name} ")


def _section(name: str, context: click.Context) -> str:
    usage = " ".join(context.command.collect_usage_pieces(context))
    parts = [
        heading(f"vitrina {name}", anchor(name), 2 + name.count(" ")),
        inspect.cleandoc(context.command.help or ""),
        f"```text\nvitrina {name} {usage}\n```",
        _options(context),
    ]
    if examples := EXAMPLES.get(name):
        parts.append("```bash\n" + "\n".join(examples) + "\n```")
    return "\n\n".join(parts)


def _options(context: click.Context) -> str:
    parameters = context.command.get_params(context)
    records = (parameter.get_help_record(context) for parameter in parameters)
    rows = [[f"`{flags}`", words] for flags, words in filter(None, records) if words]
    return table(["option", "meaning"], rows)
