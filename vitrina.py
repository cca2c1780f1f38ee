"""Start of the command ``vitrina`` and of the processes that it starts.

Python searches PYTHONPATH and, with ``python -m``, the current folder before the standard library
and the installed packages: a file called ``data.py`` or ``random.py`` there would replace a module
of Vitrina or of Python. Every process of Vitrina begins here, moves these places to the end of the
search path and only then imports anything else.
"""

import gc
import os
import sys

ROOT = os.path.dirname(os.path.realpath(__file__))
"""The folder that the packages of Vitrina are installed in."""

_SEARCHED_LAST = "VITRINA_SEARCHED_LAST"
_INTERRUPTED = 130  # the exit status of a command that Ctrl-C has ended


def order_search_path() -> None:
    """Move the current folder and PYTHONPATH to the end of ``sys.path``.

    Processes that this one starts inherit the order: they find PYTHONPATH in a variable of
    Vitrina's own, which Python does not read before ``order_search_path`` does.
    """
    last = sys.path[:1] if sys.path[:1] in ([""], [_current_folder()]) else []
    for variable in ("PYTHONPATH", _SEARCHED_LAST):
        value = os.environ.pop(variable, "")
        last += value.split(os.pathsep) if value else []
    last = list(dict.fromkeys(os.path.realpath(entry) for entry in last))
    if ROOT in last:
        last.remove(ROOT)
    path = [entry for entry in sys.path if os.path.realpath(entry) not in last]
    if ROOT not in map(os.path.realpath, path):
        path.append(ROOT)
    sys.path[:] = path + last
    os.environ["PYTHONSAFEPATH"] = "1"
    if last:
        os.environ[_SEARCHED_LAST] = os.pathsep.join(last)


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line of a process that runs a module of Vitrina."""
    return [sys.executable, "-P", os.path.join(ROOT, "vitrina.py"), "-m", module, *arguments]


def main() -> None:
    """Run the command line."""
    try:
        order_search_path()
        _collect_garbage_less_often()
        from dashboard.cli import main as run_command_line
    except KeyboardInterrupt:  # nothing was begun
        os._exit(_INTERRUPTED)
    run_command_line()


def _collect_garbage_less_often() -> None:
    """Spare the start a tenth of its time: hardly anything that an import makes is garbage."""
    gc.set_threshold(20_000, 20, 10)


def _run_module(module: str) -> None:
    order_search_path()
    _collect_garbage_less_often()
    import runpy

    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _current_folder() -> str | None:
    try:
        return os.getcwd()
    except FileNotFoundError:  # it has been deleted
        return None


if __name__ == "__main__":
    if sys.argv[1:2] == ["-m"]:
        _program, _option, name, *rest = sys.argv
        sys.argv[:] = [name, *rest]
        _run_module(name)
    else:
        main()
