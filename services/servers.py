"""What PostgreSQL and Valkey have in common: a process in its own session, a log, a wait until it answers."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
Process = subprocess.Popen[bytes]


class ServerFailed(RuntimeError):
    """A server did not come up; the message ends with the last line of its log."""


def find_free_port() -> int:
    """A TCP port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_port_free(port: int) -> bool:
    """Whether a server could listen on this port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def start_process(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Process:
    """Start a process that a Ctrl-C in the terminal does not reach, writing to the end of `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            start_new_session=True,
            **(options or {}),
        )


def wait_until(answers: Callable[[], bool], *, process: Process, log: Path, seconds: float) -> None:
    """Wait until a server answers.

    Raises: ServerFailed when its process ends or the time is over.
    """
    name = Path(str(process.args[0] if isinstance(process.args, list) else process.args)).name
    deadline = time.monotonic() + seconds
    while not answers():
        if process.poll() is not None:
            raise ServerFailed(f"{name} ended with code {process.returncode}: {read_last_line(log)}")
        if time.monotonic() > deadline:
            raise ServerFailed(f"{name} did not answer within {seconds:.0f} s: {read_last_line(log)}")
        time.sleep(0.05)


def stop_process(process: Process, *, stop_signal: int = signal.SIGTERM, seconds: float = 10) -> None:
    """Ask a process to end, and end its whole session when it does not within the time."""
    if process.poll() is None:
        process.send_signal(stop_signal)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def read_last_line(log: Path) -> str:
    """The last line of a log that says something."""
    if not log.exists():
        return "no log was written"
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "its log is empty"
