"""Keep processes running: start them in order, start again what died, stop them in good order."""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from services import servers
from services.servers import Process

MARK = "VINLOOP_MANAGED_BY"
LONGEST_PAUSE = 30.0
STEADY = 20.0


@dataclass
class Service:
    """One process to keep running.

    `start` gives the running process; `stop_signal` ends it in good order; `patience` seconds later it is
    killed.
    """

    name: str
    start: Callable[[], Process]
    stop_signal: int = signal.SIGTERM
    patience: float = 10.0
    process: Process | None = None
    started_at: float = 0.0
    failures: int = 0


@dataclass
class Supervisor:
    """The services of one folder, which are written to `record` while they run."""

    record: Path
    tell: Callable[[str], None]
    services: list[Service] = field(default_factory=list)

    def add(self, service: Service) -> None:
        """Start a service and keep it from now on.

        Raises: ServerFailed when a server does not come up.
        """
        self.services.append(service)
        self._start(service)

    def watch(self) -> None:
        """Start again what died, for ever; ends by an exception such as SystemExit from a signal handler."""
        while True:
            for service in self.services:
                self._look_after(service)
            time.sleep(0.5)

    def stop(self) -> None:
        """End everything, the last started first; returns when nothing is left."""
        for batch in self._stop_order():
            for service in batch:
                if service.process is not None and service.process.poll() is None:
                    service.process.send_signal(service.stop_signal)
            for service in batch:
                _end(service)
        self.record.unlink(missing_ok=True)

    def _stop_order(self) -> list[list[Service]]:
        # What uses the servers ends first, and all of that at the same time.
        clients = [service for service in self.services if service.name not in ("postgres", "valkey")]
        backing = [service for service in self.services if service not in clients]
        return [clients, backing]

    def _start(self, service: Service) -> None:
        service.process = service.start()
        service.started_at = time.monotonic()
        self._write_record()

    def _look_after(self, service: Service) -> None:
        age = time.monotonic() - service.started_at
        if service.process is not None and service.process.poll() is None:
            service.failures = 0 if age > STEADY else service.failures
            return
        if service.process is not None:
            _report_death(service, self.tell)
            _end(service)
            service.failures += 1
        if age >= min(LONGEST_PAUSE, 2.0 ** (service.failures - 1) - 1):
            self._start_again(service)

    def _start_again(self, service: Service) -> None:
        try:
            self._start(service)
        except servers.ServerFailed as error:
            service.failures += 1
            service.started_at = time.monotonic()
            self.tell(f"{service.name}: {error}")

    def _write_record(self) -> None:
        running = []
        for service in self.services:
            if service.process is not None:
                with contextlib.suppress(psutil.NoSuchProcess):
                    running.append([service.process.pid, psutil.Process(service.process.pid).create_time()])
        aside = self.record.with_suffix(".new")
        aside.write_text(json.dumps(running))
        aside.replace(self.record)


def _report_death(service: Service, tell: Callable[[str], None]) -> None:
    code = service.process.returncode if service.process else 0
    reason = f"signal {-code}" if code < 0 else f"code {code}"
    tell(f"{service.name} ended with {reason}; starting it again.")


def _end(service: Service) -> None:
    """Wait for a process that was told to stop, then remove all that is left of its session."""
    process, service.process = service.process, None
    if process is None:
        return
    with contextlib.suppress(Exception):
        process.wait(service.patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_left_behind(record: Path, mark: str) -> int:
    """End what a killed manager of this folder left running; returns how many processes there were.

    They are known by process id and time of start, and by the mark in their environment.
    """
    known = {(pid, created) for pid, created in _read_record(record)}
    left = [process for process in _list_processes() if _is_left_behind(process, known, mark)]
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            # SIGINT is PostgreSQL's fast stop, and ends the others as well.
            process.send_signal(signal.SIGINT)
    _, alive = psutil.wait_procs(left, timeout=5)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
    record.unlink(missing_ok=True)
    return len(left)


def _read_record(record: Path) -> list[tuple[int, float]]:
    try:
        return [(int(pid), float(created)) for pid, created in json.loads(record.read_text())]
    except (OSError, ValueError):
        return []


def _list_processes() -> Iterator[psutil.Process]:
    return (process for process in psutil.process_iter() if process.pid != os.getpid())


def _is_left_behind(process: psutil.Process, known: set[tuple[int, float]], mark: str) -> bool:
    try:
        if any(pid == process.pid and abs(created - process.create_time()) < 1 for pid, created in known):
            return True
        return process.environ().get(MARK) == mark
    except (psutil.Error, OSError):
        return False


def die_with_parent(stop_signal: int) -> Callable[[], None] | None:
    """What a child does first so that it ends when the manager is killed; None where only Linux knows how."""
    if sys.platform != "linux":
        return None
    import ctypes

    PR_SET_PDEATHSIG = 1
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
