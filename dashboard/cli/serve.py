"""``vitrina serve`` and ``vitrina worker``: the web server and the worker."""

import logging
import os
import signal
import socket
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from dashboard.cli.options import INTERRUPTED, home_option, print_notes
from data.errors import BadInput, VitrinaError
from data.home import Home
from data.i18n import _
from model.kernels.malloc import share_pools

_LARGEST_LOG = 5_000_000  # bytes; then a new file begins, and one older is kept


@dataclass(frozen=True)
class Exposure:
    """Who may reach the server, and by what names; see ``dashboard.app.create_app``.

    ``proxy`` is the address of the proxy in front of it, if any.
    """

    host: str
    hosts: tuple[str, ...]
    paths: tuple[Path, ...]
    open_to_all: bool
    api: bool
    token: str | None
    proxy: str | None


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8050, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    help="Another name that browsers may call this server by. Repeatable.",
)
@click.option(
    "--allow-path",
    "allow_paths",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder whose files may be imported by path (default: the current one where only this"
    " machine reaches the server). Repeatable.",
)
@click.option(
    "--open",
    "open_to_all",
    is_flag=True,
    help="Let everybody who reaches this server do everything, without a password.",
)
@click.option(
    "--proxy",
    help="Address of the proxy in front, whose X-Forwarded-For, -Proto and -Host are believed.",
)
@click.option("--no-worker", is_flag=True, help="Start no worker; runs wait for one.")
@click.option(
    "--welcome",
    is_flag=True,
    help="Where there is no dataset yet, make the demo shop and train a first model on it.",
)
@click.option("--api", is_flag=True, help="Serve the programming interface at /api/v1.")
@click.option(
    "--api-token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Serve /api/v1 to requests that carry the token in this file, or the one that"
    " VITRINA_API_TOKEN holds.",
)
@home_option
def serve_command(
    *,
    home: Home,
    host: str,
    port: int,
    allow_hosts: tuple[str, ...],
    allow_paths: tuple[Path, ...],
    open_to_all: bool,
    no_worker: bool,
    welcome: bool,
    api: bool,
    api_token_file: Path | None,
    proxy: str | None,
) -> None:
    """Start the workbench in this terminal; Ctrl-C ends it."""
    from dashboard.jobs.runs_table import Runs
    from dashboard.jobs.shared_home import check_home
    from dashboard.jobs.store_keeper import StoreKeeper
    from dashboard.jobs.supervisor import keep_worker, stop_worker
    from dashboard.services.runs.records import damaged

    if home.store_url is not None:
        StoreKeeper(home, click.echo).start()
    if home.database_url is not None:
        check_home(Runs(home))  # a server that knows no users lets everybody in: it does not start
    _check_access(home, host, open_to_all, proxy)
    token = _api_token(api_token_file)
    exposure = Exposure(
        host, allow_hosts, allow_paths, open_to_all, api or bool(token), token, proxy
    )
    listener = _listen(host, port)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell may have left SIGINT ignored
        signal.signal(number, _end)
    if welcome:
        _welcome(home)
    worker = None
    try:
        print_notes(damaged(home))
        worker = None if no_worker else keep_worker(home)
    except (VitrinaError, OSError) as error:
        click.echo(_("No run can start: {reason}").format(reason=error), err=True)
    try:
        _serve(home, listener, exposure)
    except KeyboardInterrupt as end:  # that is how a server ends
        raise click.exceptions.Exit(INTERRUPTED) from end
    finally:
        if worker is not None:
            stop_worker(worker)


@click.command()
@click.option(
    "--slots",
    type=click.IntRange(1, 64),
    help="Trainings at once (default: by the cores and memory of this machine or of the cluster).",
)
@click.option(
    "--engine",
    metavar="NAME",
    help="Where runs execute: local, on this machine, or ray, in a Ray cluster "
    "(or VITRINA_ENGINE; default: local).",
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="LABEL",
    help="Also take runs whose setting worker_label is this one; may be given several times.",
)
@home_option
def worker_command(
    home: Home, slots: int | None, engine: str | None, labels: tuple[str, ...]
) -> None:
    """Carry out queued imports and trainings until Ctrl-C.

    With --database, workers of several machines share one queue.
    """
    from dashboard.jobs.node import ENGINE
    from dashboard.jobs.worker import serve_jobs

    if engine:
        os.environ[ENGINE] = engine  # of the processes that this one starts, too
    serve_jobs(home, slots=slots, labels=labels)


def log_failures(home: Home) -> None:
    """Write failures of pages to the terminal, unexpected ones to ``errors.log`` as well."""
    logger = logging.getLogger("vitrina")
    file = RotatingFileHandler(
        home.path / "errors.log", maxBytes=_LARGEST_LOG, backupCount=1, delay=True
    )
    file.setLevel(logging.ERROR)
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    for handler in (logging.StreamHandler(), file):
        logger.addHandler(handler)


def _listen(host: str, port: int) -> socket.socket:
    """Open the socket first, so that a port in use is reported before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # of two that start at once, the second one fails here
    except (OSError, TypeError, ValueError) as error:  # the latter for what can be no name
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else error
        raise VitrinaError(
            _("Cannot listen on {host}:{port} ({reason}); choose another --port.").format(
                host=host, port=port, reason=reason
            )
        ) from error
    return listener


def _api_token(file: Path | None) -> str | None:
    """Return the token of /api/v1; no option takes it, as others see command lines."""
    if file is None:
        return os.environ.get("VITRINA_API_TOKEN")
    token = file.read_bytes().strip()
    if not token or not token.isascii():
        raise BadInput(_("{file} holds no token: write one line of text in it.").format(file=file))
    return token.decode("ascii")


def _check_access(home: Home, host: str, open_to_all: bool, proxy: str | None) -> None:
    """Refuse to serve a network where nobody has to sign in, unless that is asked for in words.

    A proxy in front brings the network to this machine.
    """
    from dashboard.jobs.schema import TableError
    from dashboard.users.access import PASSWORD, Access
    from dashboard.web.security import is_loopback

    try:
        is_guarded = Access(home, os.environ.get(PASSWORD), open_to_all).is_needed()
    except TableError as error:
        sentence = _(
            "This home has users, who cannot be read: start with a password in {variable} or,"
            " for everybody, with --open, or mend this first: {reason}"
        )
        if home.database_url is not None:
            sentence = _(
                "The users in the database cannot be read: start with a password in {variable} or,"
                " for everybody, with --open, or mend this first: {reason}"
            )
        raise VitrinaError(sentence.format(variable=PASSWORD, reason=error)) from error
    if is_guarded and open_to_all:
        raise BadInput(
            _(
                "--open lets everybody in, but there are users or a password in {variable}; leave"
                " one of them out."
            ).format(variable=PASSWORD)
        )
    if is_guarded or (is_loopback(host) and not proxy):
        return
    place = proxy if is_loopback(host) else host
    if not open_to_all:
        raise BadInput(
            _(
                "On {host} others reach this server: add a user with `vitrina user add`, set a"
                " password in {variable}, or let everybody do everything with --open."
            ).format(host=place, variable=PASSWORD)
        )
    words = _("Warning: whoever reaches {host} may read, change and delete everything.")
    click.echo(words.format(host=place), err=True)


def _serve(home: Home, listener: socket.socket, exposure: Exposure) -> None:
    """Serve requests until a signal ends the process."""
    share_pools(2)
    log_failures(home)
    from dashboard.api.routes import ApiSettings
    from dashboard.app import LARGEST_REQUEST, create_app
    from dashboard.web.server import Server

    app = create_app(
        home,
        host=exposure.host,
        allow_hosts=exposure.hosts,
        allow_paths=exposure.paths,
        open_to_all=exposure.open_to_all,
        is_behind_proxy=exposure.proxy is not None,
        api=ApiSettings(token=exposure.token or None) if exposure.api else None,
    )
    server = Server(app.server, listener, largest_request=LARGEST_REQUEST, proxy=exposure.proxy)
    address = f"[{exposure.host}]" if ":" in exposure.host else exposure.host
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
    click.echo(_("Making the demo shop (synthetic purchases); this takes seconds."))
    demo.make(home)
    config = configure(home, demo.DEMO, "fast").config
    start_training(home, demo.DEMO, config, preset="fast")
    click.echo(_("A first model will be trained on it; its page shows how far it is."))


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Raise KeyboardInterrupt, as Ctrl-C does."""
    raise KeyboardInterrupt
