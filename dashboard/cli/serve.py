"""``vitrina serve`` and ``vitrina worker``: the web server and the worker."""

import signal
import socket
from types import FrameType
from typing import NoReturn

import click

from dashboard.cli.options import home_option
from data.errors import VitrinaError
from data.home import Home
from data.i18n import _
from model.kernels.malloc import share_pools

THREADS = 8


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8050, show_default=True, type=click.IntRange(0, 65535))
@click.option("--no-worker", is_flag=True, help="Start no worker; runs wait for one.")
@click.option(
    "--welcome",
    is_flag=True,
    help="Where there is no dataset yet, make the demo shop and train a first model on it.",
)
@click.option("--api", is_flag=True, help="Serve the programming interface at /api/v1.")
@click.option(
    "--api-token",
    envvar="VITRINA_API_TOKEN",
    help="Serve /api/v1 to requests that carry this token (or set VITRINA_API_TOKEN).",
)
@home_option
def serve_command(
    *,
    home: Home,
    host: str,
    port: int,
    no_worker: bool,
    welcome: bool,
    api: bool,
    api_token: str | None,
) -> None:
    """Start the workbench in this terminal; Ctrl-C ends it."""
    from dashboard.jobs.supervisor import keep_worker, stop_worker

    listener = _listen(host, port)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell may have left SIGINT ignored
        signal.signal(number, _end)
    if welcome:
        _welcome(home)
    worker = None if no_worker else keep_worker(home)
    try:
        _serve(home, listener, host, api=api, token=api_token)
    finally:
        if worker is not None:
            stop_worker(worker)


@click.command()
@home_option
def worker_command(home: Home) -> None:
    """Carry out queued imports and trainings until Ctrl-C."""
    from dashboard.jobs.worker import serve_jobs

    serve_jobs(home)


def _listen(host: str, port: int) -> socket.socket:
    """Open the socket first, so that a port in use is reported before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise VitrinaError(
            _("Cannot listen on {host}:{port} ({reason}); choose another --port.").format(
                host=host, port=port, reason=error.strerror
            )
        ) from error
    return listener


def _serve(home: Home, listener: socket.socket, host: str, *, api: bool, token: str | None) -> None:
    """Serve requests until a signal ends the process."""
    import waitress

    share_pools(2)
    from dashboard.api.routes import ApiSettings
    from dashboard.app import create_app

    settings = ApiSettings(token=token or None) if api or token else None
    app = create_app(home, host=host, api=settings)
    server = waitress.create_server(app.server, sockets=[listener], threads=THREADS)
    address = f"[{host}]" if ":" in host else host
    click.echo(
        _("Vitrina is at {address} (Ctrl-C ends it); its state is in {home}.").format(
            address=f"http://{address}:{listener.getsockname()[1]}", home=home.path
        )
    )
    try:
        server.run()
    finally:
        server.close()


def _welcome(home: Home) -> None:
    """Make the demo shop in an empty home and queue a first training on it."""
    from dashboard.services.datasets import demo, library
    from dashboard.services.runs.start import configure, start_training

    if library.names(home):
        return
    click.echo(_("Making the demo shop (synthetic purchases) …"))
    demo.make(home)
    config = configure(home, demo.DEMO, "fast").config
    start_training(home, demo.DEMO, config, preset="fast")


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Raise KeyboardInterrupt, as Ctrl-C does."""
    raise KeyboardInterrupt
