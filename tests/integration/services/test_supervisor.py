"""The supervisor with real processes: what dies comes back, what is stubborn is killed, nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from services import servers
from services.supervisor import MARK, Service, Supervisor, end_left_behind

SLEEPER = "import time; time.sleep(300)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(300)"
PARENT = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
    "print(child.pid, flush=True); time.sleep(300)"
)


class Stop(Exception):
    """Ends the watching, as a signal does in `make run`."""


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, told: list[str]) -> Supervisor:
    return Supervisor(tmp_path / "processes.json", told.append)


def make_service(folder: Path, script: str, *, name: str = "sleeper", patience: float = 5) -> Service:
    def start() -> servers.Process:
        return servers.start_process([sys.executable, "-c", script], log=folder / f"{name}.log")

    return Service(name, start, patience=patience)


def watch_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    """Watch in this thread; the condition is looked at where the person is told something, and by a timer."""

    def ask(number: int, frame: object) -> None:
        if condition():
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise Stop

    old = signal.signal(signal.SIGALRM, ask)
    signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
    try:
        with pytest.raises(Stop):
            supervisor.watch()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def read_pid(log: Path) -> int:
    deadline = time.monotonic() + 10
    while not log.exists() or not log.read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int(log.read_text().split()[0])


def test_a_process_that_dies_is_started_again(
    supervisor: Supervisor, told: list[str], tmp_path: Path
) -> None:
    service = make_service(tmp_path, SLEEPER)
    supervisor.add(service)
    assert service.process is not None
    first = service.process.pid
    os.kill(first, signal.SIGKILL)
    watch_until(supervisor, lambda: service.process is not None and service.process.pid != first)
    assert told == ["sleeper ended with signal 9; starting it again."]
    supervisor.stop()
    assert not psutil.pid_exists(first)


def test_a_process_that_dies_at_once_is_started_ever_more_slowly(
    supervisor: Supervisor, told: list[str], tmp_path: Path
) -> None:
    supervisor.add(make_service(tmp_path, "raise SystemExit(3)"))
    begun = time.monotonic()
    watch_until(supervisor, lambda: time.monotonic() - begun > 5)
    supervisor.stop()
    assert 2 <= len(told) <= 4
    assert told[0] == "sleeper ended with code 3; starting it again."


def test_stopping_kills_the_stubborn_and_the_children(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.add(make_service(tmp_path, STUBBORN, name="stubborn", patience=0.5))
    parent = make_service(tmp_path, PARENT, name="parent")
    supervisor.add(parent)
    grandchild = read_pid(tmp_path / "parent.log")
    pids = [grandchild, *(service.process.pid for service in supervisor.services if service.process)]
    supervisor.stop()
    deadline = time.monotonic() + 5
    while any(psutil.pid_exists(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not supervisor.record.exists()


def test_servers_stop_after_what_uses_them(supervisor: Supervisor, tmp_path: Path) -> None:
    ended: list[str] = []
    for name in ("postgres", "web"):
        supervisor.add(make_service(tmp_path, SLEEPER, name=name))
    watchers = [
        threading.Thread(target=lambda s=service: (s.process.wait(), ended.append(s.name)))  # type: ignore[misc]
        for service in list(supervisor.services)
    ]
    for watcher in watchers:
        watcher.start()
    time.sleep(0.2)
    supervisor.stop()
    for watcher in watchers:
        watcher.join(5)
    assert ended == ["web", "postgres"]


def test_what_a_killed_manager_left_is_ended(supervisor: Supervisor, tmp_path: Path) -> None:
    service = make_service(tmp_path, SLEEPER)
    supervisor.add(service)
    assert service.process is not None
    marked = subprocess.Popen(
        [sys.executable, "-c", SLEEPER], env={**os.environ, MARK: str(tmp_path)}, start_new_session=True
    )
    other = subprocess.Popen(
        [sys.executable, "-c", SLEEPER], env={**os.environ, MARK: "elsewhere"}, start_new_session=True
    )
    time.sleep(0.3)
    assert end_left_behind(supervisor.record, str(tmp_path)) == 2
    assert not psutil.pid_exists(service.process.pid)
    assert not psutil.pid_exists(marked.pid)
    assert other.poll() is None
    other.kill()
    other.wait()


def test_a_recycled_process_id_is_spared(supervisor: Supervisor) -> None:
    other = subprocess.Popen([sys.executable, "-c", SLEEPER])
    supervisor.record.write_text(f"[[{other.pid}, 1.0]]")
    assert end_left_behind(supervisor.record, "nobody") == 0
    assert other.poll() is None
    other.kill()
    other.wait()
