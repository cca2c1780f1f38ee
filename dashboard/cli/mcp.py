"""``vitrina mcp``: the five functions for assistants, over standard input and output."""

import functools
import json
from collections.abc import Callable
from typing import Any

import click

from dashboard.cli.options import home_option
from data.errors import BadInput, VitrinaError
from data.files import strict_json
from data.home import Home
from data.i18n import _


@click.command()
@home_option
def mcp_command(home: Home) -> None:
    """Offer datasets, runs, compare, recommend and explain to an assistant; nothing is changed.

    The assistant starts this command and speaks the Model Context Protocol with it over standard
    input and output. It needs the extra mcp (pip install 'vitrina[mcp]').
    """
    from dashboard.api.assistant_tools import AssistantTools

    try:
        from mcp.server.mcpserver import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp_types import ToolAnnotations
    except ImportError as error:
        raise BadInput(
            _("Assistants need the extra mcp; install it with: pip install 'vitrina[mcp]'.")
        ) from error

    server = MCPServer(
        "vitrina",
        instructions="Purchase logs, trained next-purchase models and their recommendations.",
    )
    tools = AssistantTools(home)
    for function in (tools.datasets, tools.runs, tools.compare, tools.recommend, tools.explain):
        server.tool(annotations=ToolAnnotations(read_only_hint=True))(
            _answering(function, ToolError)
        )
    server.run("stdio")


def _answering(function: Callable[..., Any], error_class: type[Exception]) -> Callable[..., Any]:
    """Return a function whose answer is JSON, and whose refusals are sentences to the assistant."""

    @functools.wraps(function)
    def answer(**arguments: Any) -> Any:
        try:
            return json.loads(strict_json(function(**arguments)))
        except VitrinaError as error:
            raise error_class(str(error)) from error

    return answer
