"""Real processes for tests: the web server, the workers and the beat, against the test database."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from labeling import queue
from services import servers

ROOT = Path(__file__).resolve().parent.parent
BUSY = 3
ALL_QUEUES = ",".join(sorted(set(queue.QUEUES.values())))


class TestProcess:
    """A process of ours and its log."""

    __test__ = False

    def __init__(
        self, name: str, arguments: list[str], *, log: Path, variables: dict[str, str] | None = None
    ):
        self.name = name
        self.log = log
        self.process = servers.start_process(
            [sys.executable, *arguments],
            log=log,
            environment={**os.environ, **test_variables(), **(variables or {})},
            options={"cwd": ROOT},
        )

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float) -> None:
        """Raises ServerFailed when the process ends or the time is over."""
        servers.wait_until(is_ready, process=self.process, log=self.log, seconds=seconds)

    def kill(self) -> None:
        """SIGKILL to the process and all its children, as when the machine runs out of memory."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def test_variables() -> dict[str, str]:
    """The variables that lead a process to the test database."""
    database = settings.DATABASES["default"]
    name = connection.settings_dict["NAME"]
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{name}"
    return {"VINLOOP_DATABASE_URL": url}


test_variables.__test__ = False  # type: ignore[attr-defined]


def empty_queues() -> None:
    """Forget the messages of earlier tests, whose rows are gone."""
    # Celery's own purge knows the default queue alone, which nothing here is sent to.
    with queue.app.connection_for_write() as connection:
        for name in sorted(set(queue.QUEUES.values())):
            connection.default_channel.queue_purge(name)
        # What a killed worker held would come back a minute later, into another test.
        connection.default_channel.client.delete("unacked", "unacked_index", "unacked_mutex")


def start_worker(*, log: Path, queues: str, variables: dict[str, str] | None = None) -> TestProcess:
    """A Celery worker that takes jobs when this returns."""
    quiet = ("--without-gossip", "--without-mingle")
    options = [*("-Q", queues), *("-n", f"{log.stem}@test"), *("-c", "1"), *("-l", "INFO"), *quiet]
    command = ["-m", "celery", "-A", "worker.app", "worker", *options]
    worker = TestProcess(log.stem, command, log=log, variables=variables)
    worker.wait_until(lambda: " ready." in log.read_text(), seconds=60)
    return worker


def start_beat(*, log: Path, schedule: Path, variables: dict[str, str] | None = None) -> TestProcess:
    """The beat, which asks for the sweeps."""
    command = ["-m", "celery", "-A", "worker.app", "beat", "-s", str(schedule), "--pidfile", ""]
    return TestProcess("beat", command, log=log, variables=variables)


def start_web(*, log: Path, variables: dict[str, str] | None = None) -> tuple[TestProcess, str]:
    """The web server as it runs in production, and its address."""
    port = servers.find_free_port()
    options = ["--bind", f"{servers.HOST}:{port}", "--threads", "8", "--no-control-socket"]
    web = TestProcess("web", ["-m", "gunicorn", "webapp.wsgi", *options], log=log, variables=variables)
    url = f"http://localhost:{port}"
    web.wait_until(lambda: answers(f"http://{servers.HOST}:{port}/health/live"), seconds=60)
    return web, url


def answers(url: str) -> bool:
    """Whether an address answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except OSError:
        return False


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait for something that processes bring about; fails with `what` when it does not come.

    `seconds` are those of a machine that does nothing else; a busy one is given BUSY times as many.
    """
    deadline = time.monotonic() + BUSY * seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {BUSY * seconds:.0f} s: {what}")
        time.sleep(0.05)
