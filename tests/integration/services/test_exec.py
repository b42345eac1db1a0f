"""`python -m services exec`: what the command does passes through, and nothing is left afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[3]
EXEC = [sys.executable, "-m", "services", "exec", "--"]


def start(*command: str, folder: Path) -> subprocess.Popen[str]:
    """Run a command with services whose folder is made inside `folder`."""
    variables = {**os.environ, "TMPDIR": str(folder)}
    return subprocess.Popen([*EXEC, *command], cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True)


def list_left(folder: Path) -> list[str]:
    """The files in the folder, and the processes that name it."""
    named = [
        " ".join(process.info["cmdline"])
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or [])
    ]
    return [str(path) for path in folder.iterdir()] + named


def wait_until_nothing_is_left(folder: Path) -> None:
    deadline = time.monotonic() + 20
    while list_left(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert list_left(folder) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that PostgreSQL's account can enter, as the system's own for temporary files."""
    system = Path(tempfile.gettempdir()).resolve()
    for part in (tmp_path, *tmp_path.parents):
        if part != system and part.is_relative_to(system):
            part.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("mode", [0o755, 0o700], ids=["open folder", "folder closed to PostgreSQL's account"])
def test_servers_answer_and_the_exit_code_passes_through(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    script = (
        "import os, psycopg, redis, sys;"
        "psycopg.connect(os.environ['VINLOOP_DATABASE_URL']).execute('SELECT 1');"
        "redis.Redis.from_url(os.environ['VINLOOP_BROKER_URL']).ping();"
        "sys.exit(7)"
    )
    assert start(sys.executable, "-c", script, folder=folder).wait(60) == 7
    wait_until_nothing_is_left(folder)


def test_both_servers_ask_for_their_password(folder: Path) -> None:
    script = (
        "import os, psycopg, redis, urllib.parse as u\n"
        "for url, connect in ((os.environ['VINLOOP_DATABASE_URL'], psycopg.connect),"
        " (os.environ['VINLOOP_BROKER_URL'], lambda url: redis.Redis.from_url(url).ping())):\n"
        "    parts = u.urlsplit(url)\n"
        "    try:\n"
        "        connect(url.replace(parts.password, 'wrong'))\n"
        "    except (psycopg.OperationalError, redis.AuthenticationError):\n"
        "        print('refused')\n"
    )
    process = start(sys.executable, "-c", script, folder=folder)
    output, _ = process.communicate(timeout=60)
    assert output.split() == ["refused", "refused"]


def test_a_signal_reaches_the_command(folder: Path) -> None:
    process = start("sh", "-c", "trap 'exit 9' TERM; echo up; while :; do sleep 0.1; done", folder=folder)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 9
    wait_until_nothing_is_left(folder)


@pytest.mark.parametrize("victim", ["manager", "command"])
def test_a_kill_leaves_nothing(folder: Path, victim: str) -> None:
    sleeper = f"exec sh -c 'while :; do sleep 0.2; done' {folder / 'left-running'}"
    process = start("sh", "-c", f"({sleeper}) & echo $$; {sleeper}", folder=folder)
    assert process.stdout is not None
    command = int(process.stdout.readline())
    assert sum("left-running" in line for line in list_left(folder)) >= 2
    os.kill(process.pid if victim == "manager" else command, signal.SIGKILL)
    process.wait(30)
    wait_until_nothing_is_left(folder)
