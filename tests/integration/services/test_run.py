"""`make run`: the whole system from an empty folder, its end, and its next start."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

from services import local, servers
from services.supervisor import MARK
from tests.processes import ROOT, answers, wait_for

OURS = ("VINLOOP_", "DJANGO_")


class System:
    """A `make run` in a folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.output = folder / "terminal.txt"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "services", "run"],
            cwd=ROOT,
            env={**kept, "VINLOOP_VAR": str(folder / "var"), "PORT": str(port)},
            stdout=self.output.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self) -> None:
        """Wait until the page answers, after seconds that it tells."""

        def is_ready() -> bool:
            assert self.process.poll() is None, self.said
            return "Ctrl-C stops everything" in self.said

        wait_for(is_ready, seconds=240, what="the system is ready")
        assert re.search(r"Ready after [\d.]+ s", self.said)

    def end(self, number: int) -> int:
        """Send a signal to the manager; returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)


def list_processes(folder: Path) -> list[psutil.Process]:
    """The processes of the folder's system: by their mark, or by the folder in their arguments."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        try:
            is_ours = process.environ().get(MARK) == str(folder / "var")
        except psutil.Error:
            is_ours = False
        if is_ours or f"{folder}/var" in " ".join(process.info["cmdline"] or []):
            found.append(process)
    return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]


def read_stamps(folder: Path) -> dict[str, int]:
    """When each step was done that is done once."""
    return {stamp.name: stamp.stat().st_mtime_ns for stamp in (folder / "var").glob(".*")}


def find_web(folder: Path) -> psutil.Process:
    """The web server's first process."""
    web = [process for process in list_processes(folder) if "gunicorn" in process.cmdline()]
    return min(web, key=lambda process: process.create_time())


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., System]]:
    """Starts systems in one folder, and ends them after the test."""
    started: list[System] = []

    def start(port: int | None = None) -> System:
        started.append(System(tmp_path, port or servers.find_free_port()))
        return started[-1]

    yield start
    for system in started:
        if system.process.poll() is None:
            system.end(signal.SIGTERM)


def log_in(system: System, person: dict[str, str]) -> str:
    """The page after logging in through the form."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = opener.open(f"{system.url}/login/").read().decode()
    [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form))
    fields = {**person, "csrfmiddlewaretoken": token}
    return opener.open(f"{system.url}/login/", urlencode(fields).encode()).geturl()


def test_from_an_empty_folder_to_the_second_start(start: Callable[..., System], tmp_path: Path) -> None:
    first = start()
    first.wait_until_ready()
    people = json.loads((tmp_path / "var" / "demo-people.json").read_text())
    assert {person["role"] for person in people} == {"annotator", "reviewer", "ml_engineer", "admin"}
    assert all(person["password"] in first.said for person in people)
    for name in ("local.env", "demo-people.json"):
        assert (tmp_path / "var" / name).stat().st_mode & 0o077 == 0
    assert "The worker reads the demo photos" in first.said
    assert "/login/" not in log_in(first, {key: people[0][key] for key in ("username", "password")})

    second = start()
    assert second.process.wait(30) == 1
    assert f"running already: http://localhost:{first.port}/" in second.said

    web = find_web(tmp_path)
    web.kill()
    wait_for(
        lambda: "web ended with signal 9; starting it again." in first.said, seconds=20, what="it is told"
    )
    wait_for(lambda: answers(f"{first.url}/health/ready"), seconds=60, what="the page is back")

    assert first.end(signal.SIGINT) == 0
    assert list_processes(tmp_path) == []

    done = read_stamps(tmp_path)
    assert set(done) == {".static", ".demo", ".demo-read"}
    for number in (signal.SIGTERM, signal.SIGKILL):
        again = start()
        again.wait_until_ready()
        again.end(number)
    # What takes long was done by the first.
    assert read_stamps(tmp_path) == done
    assert "Rendering" not in again.said

    # The last one was killed: the next start does not mind what it left.
    last = start()
    last.wait_until_ready()
    assert answers(f"{last.url}/health/live")
    last.end(signal.SIGTERM)
    assert list_processes(tmp_path) == []


def test_a_signal_during_the_first_start_leaves_nothing_running(
    start: Callable[..., System], tmp_path: Path
) -> None:
    system = start()
    wait_for(lambda: (tmp_path / "var" / "log" / "migrate.log").exists(), seconds=60, what="it migrates")
    assert system.end(signal.SIGTERM) == 0
    assert list_processes(tmp_path) == []


def test_a_port_that_is_taken_gets_one_line(start: Callable[..., System]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        system = start(port)
        assert system.process.wait(30) == 1
    assert system.said.splitlines() == [
        f"VINloop: Port {port} is taken by another program. Take another one: PORT=8123 make run"
    ]


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_an_odd_port_gets_one_line(tmp_path: Path, port: str) -> None:
    variables = {**os.environ, "VINLOOP_VAR": str(tmp_path / "var"), "PORT": port}
    command = [sys.executable, "-m", "services", "run"]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert done.stdout == f"VINloop: PORT must be a number from 1 to 65535, not {port!r}.\n"


def test_secrets_are_made_anew_for_each_folder_and_kept(tmp_path: Path) -> None:

    variables = []
    for name in ("one", "one", "other"):
        place = local.Local(tmp_path / name)
        local.prepare_folder(place)
        variables.append(local.make_environment(place, port=8000))
    kept = ("VINLOOP_SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD")
    for secret in kept:
        assert variables[0][secret] == variables[1][secret]
        assert variables[0][secret] != variables[2][secret]
        assert len(variables[0][secret]) >= 30


def test_a_database_without_its_password_is_refused(tmp_path: Path) -> None:
    place = local.Local(tmp_path)
    place.postgres_data.mkdir()
    with pytest.raises(local.CannotStart, match=r"local\.env is missing"):
        local.make_environment(place, port=8000)
    assert not place.environment_file.exists()


def test_a_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    place = local.Local(tmp_path)
    place.postgres_data.mkdir()
    (place.postgres_data / "PG_VERSION").write_text("17\n")
    with pytest.raises(local.CannotStart, match="made by PostgreSQL 17, this is 18"):
        local.prepare_folder(place)
