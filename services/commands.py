"""The Python processes of a local system: how each is started, and how the steps before them are run."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from services import servers
from services.local import ROOT, CannotStart, Local
from services.supervisor import MARK, die_with_parent


@dataclass(frozen=True)
class Commands:
    """Start Python programs of this checkout in the environment of one local system."""

    local: Local
    variables: dict[str, str]

    def spawn(self, name: str, arguments: Sequence[str]) -> servers.Process:
        """Start the interpreter with these arguments; what it says goes to the log of that name."""
        marked = {**os.environ, **self.variables, MARK: str(self.local.folder), "PYTHONUNBUFFERED": "1"}
        return servers.start_process(
            [sys.executable, *arguments],
            log=self.local.log(name),
            environment=marked,
            options={"cwd": ROOT, "preexec_fn": die_with_parent(signal.SIGTERM)},
        )

    def run(self, name: str, *arguments: str) -> None:
        """Run a program to its end.

        Raises: CannotStart with the last line that it said.
        """
        process = self.spawn(name, arguments)
        try:
            code = process.wait()
        finally:
            servers.stop_process(process)
        if code:
            raise CannotStart(f"{' '.join(arguments[:3])} failed: {self.quote_log(name)}")

    def manage(self, *arguments: str) -> None:
        """Run a command of manage.py to its end, without the checks that load every page."""
        self.run(arguments[0], "manage.py", *arguments, "--skip-checks")

    def quote_log(self, name: str) -> str:
        """The last line of a log, and where the rest is."""
        log = self.local.log(name)
        return f"{servers.read_last_line(log)} (the whole log: {log})"

    def manage_in_terminal(self, arguments: Sequence[str]) -> int:
        """Run a command of manage.py that talks with the person at the terminal; returns its exit code."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.call(command, cwd=ROOT, env={**os.environ, **self.variables})


def list_processes(local: Local, port: int) -> dict[str, list[str]]:
    """The processes that run for as long as the system does, by name, as arguments of the interpreter.

    The web server is the first.
    """
    celery = ["-m", "celery", "-A", "worker.app"]
    readers = max(1, (os.cpu_count() or 2) // 2)
    return {
        "web": [
            *("-m", "gunicorn", "webapp.wsgi", "--bind", f"{servers.HOST}:{port}", "--preload"),
            *("--workers", "2", "--threads", "8", "--timeout", "60", "--graceful-timeout", "5"),
            "--no-control-socket",
        ],
        "prediction": [
            *celery,
            *(
                "worker",
                "-Q",
                "prediction,maintenance",
                "-n",
                "prediction@%h",
                "-l",
                "INFO",
                "-c",
                str(readers),
            ),
        ],
        "finetuning": [*celery, "worker", "-Q", "finetuning", "-n", "finetuning@%h", "-l", "INFO", "-c", "1"],
        "transfer": [*celery, "worker", "-Q", "transfer", "-n", "transfer@%h", "-l", "INFO", "-c", "1"],
        "background": [*celery, "worker", "-Q", "background", "-n", "background@%h", "-l", "INFO", "-c", "1"],
        "beat": [*celery, "beat", "-s", str(local.folder / "beat-schedule"), "--pidfile", ""],
    }
