"""Nodes: the machines whose workers share a database."""

import os
import socket

import psutil

NODE = "VITRINA_NODE"


def node_name() -> str:
    """Return the name of this machine: ``VITRINA_NODE``, or its host name.

    Process ids mean nothing on another machine, so two machines must not have the same name, nor
    two containers, which do not see each other's processes.
    """
    return os.environ.get(NODE) or socket.gethostname()


def machine_load() -> dict[str, float]:
    """Return the memory of this machine (bytes), its load average of a minute, and its cores."""
    memory = psutil.virtual_memory()
    return {
        "memory": memory.total - memory.available,
        "memory_total": memory.total,
        "load": os.getloadavg()[0],
        "cores": os.cpu_count() or 1,
    }
