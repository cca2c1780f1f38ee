"""Nodes: the machines whose workers share a database."""

import os
import socket

import psutil

NODE, ENGINE = "VITRINA_NODE", "VITRINA_ENGINE"
LOCAL = "local"
"""The engine that starts the processes of runs on this machine."""


def node_name() -> str:
    """Return the name of this machine: ``VITRINA_NODE``, or its host name.

    Process ids mean nothing on another machine, so two machines must not have the same name, nor
    two containers, which do not see each other's processes. Where an engine starts the processes of
    runs elsewhere they are no processes of this machine either, so its name is put before it.
    """
    name = os.environ.get(NODE) or socket.gethostname()
    engine = os.environ.get(ENGINE) or LOCAL
    return name if engine == LOCAL else f"{engine}@{name}"


def machine_load() -> dict[str, float]:
    """Return the memory of this machine (bytes), its load average of a minute, and its cores."""
    memory = psutil.virtual_memory()
    return {
        "memory": memory.total - memory.available,
        "memory_total": memory.total,
        "load": os.getloadavg()[0],
        "cores": os.cpu_count() or 1,
    }
