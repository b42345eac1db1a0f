"""`python -m services exec`: a command with a PostgreSQL and a Valkey of its own, nothing left afterwards.

A keeper process owns the servers and waits for the end of its standard input. However this process ends,
SIGKILL included, the pipe closes, and the keeper stops the servers and removes their folder.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from services import postgres, servers, valkey

ATTEMPTS = 3  # Another process can take a free port before the server does.


def execute(command: Sequence[str]) -> int:
    """Run a command with temporary services in its environment.

    Returns its exit code, and 128 + n where signal n ended it.
    """
    _adopt_orphans()
    with _keeper() as (keeper, variables):
        started: list[servers.Process] = []
        early = _pass_signals_on(started)
        child = subprocess.Popen(command, env={**os.environ, **variables})
        started.append(child)
        for number in early:
            child.send_signal(number)
        keeper.stdin.write(f"{child.pid}\n".encode())
        keeper.stdin.flush()
        try:
            code = _wait(child, keeper)
        finally:
            _end_descendants(spare=keeper.pid)
    return 128 - code if code < 0 else code


def _wait(child: servers.Process, keeper: servers.Process) -> int:
    """Wait for the child, and meanwhile bury the orphans that became ours."""
    while sys.platform == "linux":
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        if ended is None or ended.si_pid in (child.pid, keeper.pid):
            break
        os.waitpid(ended.si_pid, 0)
    return child.wait()


def _pass_signals_on(children: list[servers.Process]) -> list[int]:
    """Send the children every signal from now on; returns those that came while there was none."""
    early: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        # Ctrl-C in a terminal has already reached the child.
        if number == signal.SIGINT and _is_in_foreground():
            return
        for child in children:
            child.send_signal(number)
        if not children:
            early.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    return early


@contextlib.contextmanager
def _keeper() -> Iterator[tuple[Any, dict[str, str]]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "services.temporary"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        line = process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            sys.exit(1)  # The keeper has said why.
        yield process, json.loads(line)
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        process.wait()


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _adopt_orphans() -> None:
    """Let what the command leaves behind become our child, so that it can be found and ended (Linux only)."""
    if sys.platform == "linux":
        import ctypes

        PR_SET_CHILD_SUBREAPER = 36
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _end_descendants(*, spare: int | None = None, of: int | None = None) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(of)
        spared = (
            [] if spare is None else [psutil.Process(spare), *psutil.Process(spare).children(recursive=True)]
        )
        for process in root.children(recursive=True):
            if process not in spared:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        if of is not None:
            root.kill()


@contextlib.contextmanager
def temporary_services() -> Iterator[dict[str, str]]:
    """Run the servers in a temporary folder; gives the VINLOOP_ variables that reach them."""
    folder = Path(tempfile.mkdtemp(prefix="vinloop-"))
    folder.chmod(0o711)  # PostgreSQL may run under another account, which passes through here.
    running: list[servers.Process] = []
    try:
        database = _start_postgres(folder, running)
        broker = _start_valkey(folder, running)
        yield _variables(folder, database.url, broker.url)
    finally:
        for process in reversed(running):
            servers.stop_process(process, stop_signal=postgres.STOP_SIGNAL)
        shutil.rmtree(folder, ignore_errors=True)


def _variables(folder: Path, database_url: str, broker_url: str) -> dict[str, str]:
    data, static = folder / "data", folder / "static"
    data.mkdir()
    static.mkdir()
    return {
        "VINLOOP_SECRET_KEY": secrets.token_urlsafe(48),
        "VINLOOP_DATABASE_URL": database_url,
        "VINLOOP_BROKER_URL": broker_url,
        "VINLOOP_DATA_DIR": str(data),
        "VINLOOP_STATIC_ROOT": str(static),
        "VINLOOP_ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "VINLOOP_HTTPS": "false",
    }


def _start_postgres(folder: Path, running: list[servers.Process]) -> postgres.Postgres:
    password = secrets.token_urlsafe(16)
    for attempt in range(1, ATTEMPTS + 1):
        port = servers.find_free_port()
        log = folder / "postgres.log"
        server = postgres.Postgres(folder / "postgres", log, port, password, temporary=True)
        if not server.data.exists():
            postgres.initialize(server)
        try:
            running.append(postgres.start(server))
        except servers.ServerFailed:
            if attempt == ATTEMPTS:
                raise
        else:
            break
    return server


def _start_valkey(folder: Path, running: list[servers.Process]) -> valkey.Valkey:
    password = secrets.token_urlsafe(16)
    for attempt in range(1, ATTEMPTS + 1):
        port = servers.find_free_port()
        server = valkey.Valkey(folder / "valkey", folder / "valkey.log", port, password)
        try:
            running.append(valkey.start(server))
        except servers.ServerFailed:
            if attempt == ATTEMPTS:
                raise
        else:
            break
    return server


def keep() -> int:
    """The keeper: start the servers, tell the variables, and stop everything when standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        with temporary_services() as variables:
            print(json.dumps(variables), flush=True)
            command = sys.stdin.readline()
            sys.stdin.read()
            if command:
                _end_descendants(of=int(command))
    except servers.ServerFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(keep())
