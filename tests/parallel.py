"""What tests need so that several processes can run them side by side.

Each process of pytest-xdist has a test database of its own (pytest-django names it), and by the variables
below a Valkey database, data and static files of its own. The web servers and workers that its tests start
inherit them. Ports are asked of the system, and a browser belongs to the process that starts it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

MOST = 4
"""Each process may run a web server, workers and a browser besides."""

LONG = (
    "tests/integration/worker/",
    "tests/integration/services/",
    "tests/functional/test_loop.py",
    "tests/functional/test_accessibility.py",
)
"""Tests that start whole systems, wait for real workers, or walk over every page."""

SET_VARIABLES = "import os; os.environ.update(channel.receive())"


def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n auto` stands for."""
    return min(os.cpu_count() or 1, MOST)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones, while there is other work for the other processes."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_xdist_newgateway(gateway: Any) -> None:
    """Give a process its variables before it reads the settings of Django."""
    channel = gateway.remote_exec(SET_VARIABLES)
    channel.send(make_variables(gateway.id))
    channel.waitclose()


def make_variables(process: str) -> dict[str, str]:
    """The variables of a process that xdist calls gw0, gw1, ..., its folders made."""
    number = int(process.removeprefix("gw"))
    folders = {name: Path(os.environ[name]) / process for name in ("VINLOOP_DATA_DIR", "VINLOOP_STATIC_ROOT")}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    return {
        **{name: str(folder) for name, folder in folders.items()},
        # The first database is left to a pytest without further processes.
        "VINLOOP_BROKER_URL": re.sub(r"/\d+$", f"/{number + 1}", os.environ["VINLOOP_BROKER_URL"]),
        # The processes share the cores already: more threads would wait for each other.
        "OMP_NUM_THREADS": "1",
    }
