"""The folder `var/`: where a local system keeps its data, its secrets and its logs."""

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from services import servers
from services.postgres import Postgres
from services.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent
NEEDED_AT_FIRST = 1000**3
NEEDED_LATER = 100 * 1000**2
POSTGRES_VERSION = "18"
LARGEST_LOG = 10 * 1000**2


class CannotStart(RuntimeError):
    """The one line that says why the system does not start, and what to do."""


@dataclass(frozen=True)
class Local:
    """The layout of one local system's folder."""

    folder: Path

    @property
    def postgres_data(self) -> Path:
        """The database cluster."""
        return self.folder / "postgres"

    @property
    def data(self) -> Path:
        """VINLOOP_DATA_DIR: photos, bundles, runs."""
        return self.folder / "data"

    @property
    def static(self) -> Path:
        """VINLOOP_STATIC_ROOT."""
        return self.folder / "static"

    @property
    def environment_file(self) -> Path:
        """The variables with their generated secrets, for this account's eyes only."""
        return self.folder / "local.env"

    @property
    def processes_file(self) -> Path:
        """Which processes run, for a later start to clean up after a manager that was killed."""
        return self.folder / "processes.json"

    @property
    def demo_people_file(self) -> Path:
        """Who can log in to the demo project, written when it is made."""
        return self.folder / "demo-people.json"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.folder / "log" / f"{name}.log"

    def stamp(self, name: str) -> Path:
        """A file that tells what a step was last done for."""
        return self.folder / f".{name}"


def find_local() -> Local:
    """The local system of this checkout; VINLOOP_VAR names another folder."""
    return Local(Path(os.environ.get("VINLOOP_VAR") or ROOT / "var").resolve())


def prepare_folder(local: Local) -> None:
    """Make the folders and check that the disk has room.

    Raises: CannotStart.
    """
    # The logs are for this account alone: a command may have said a password.
    (local.folder / "log").mkdir(mode=0o700, parents=True, exist_ok=True)
    local.data.mkdir(mode=0o700, exist_ok=True)
    needed = NEEDED_LATER if local.postgres_data.exists() else NEEDED_AT_FIRST
    free = shutil.disk_usage(local.folder).free
    if free < needed:
        raise CannotStart(
            f"The disk is too full: {free / 1e9:.1f} GB are free, {needed / 1e9:.1f} GB are needed "
            f"in {local.folder}."
        )
    _check_version(local.postgres_data)
    for log in (local.folder / "log").glob("*.log"):
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


def _check_version(cluster: Path) -> None:
    file = cluster / "PG_VERSION"
    version = file.read_text().strip() if file.exists() else POSTGRES_VERSION
    if version != POSTGRES_VERSION:
        raise CannotStart(
            f"{cluster} was made by PostgreSQL {version}, this is {POSTGRES_VERSION}. "
            "Dump it with the old version and restore it, or move the folder away to start anew."
        )


def read_environment(local: Local) -> dict[str, str]:
    """The variables of the last start; empty before the first.

    Raises: CannotStart where the database is there and its password is not.
    """
    if not local.environment_file.exists():
        if local.postgres_data.exists():
            raise CannotStart(
                f"{local.environment_file} is missing, which holds the database's password: put it back."
            )
        return {}
    lines = local.environment_file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def make_environment(local: Local, *, port: int) -> dict[str, str]:
    """The variables for this start, secrets and ports kept from the last one; also written to `local.env`."""
    last = read_environment(local)
    kept = {
        "VINLOOP_SECRET_KEY": last.get("VINLOOP_SECRET_KEY") or secrets.token_urlsafe(48),
        "POSTGRES_PASSWORD": last.get("POSTGRES_PASSWORD") or secrets.token_urlsafe(24),
        "POSTGRES_PORT": _keep_port(last.get("POSTGRES_PORT")),
        "VALKEY_PASSWORD": last.get("VALKEY_PASSWORD") or secrets.token_urlsafe(24),
        "VALKEY_PORT": _keep_port(last.get("VALKEY_PORT")),
    }
    variables = {
        **kept,
        "VINLOOP_DATABASE_URL": get_postgres(local, kept).url,
        "VINLOOP_BROKER_URL": get_valkey(local, kept).url,
        "VINLOOP_DATA_DIR": str(local.data),
        "VINLOOP_STATIC_ROOT": str(local.static),
        "VINLOOP_ALLOWED_HOSTS": "localhost,127.0.0.1",
        "VINLOOP_HTTPS": "false",
        "PORT": str(port),
    }
    _write_private(local.environment_file, "".join(f"{name}={value}\n" for name, value in variables.items()))
    return variables


def get_postgres(local: Local, variables: dict[str, str]) -> Postgres:
    """The database server of a local system."""
    port = int(variables["POSTGRES_PORT"])
    return Postgres(local.postgres_data, local.log("postgres"), port, variables["POSTGRES_PASSWORD"])


def get_valkey(local: Local, variables: dict[str, str]) -> Valkey:
    """The broker of a local system."""
    port = int(variables["VALKEY_PORT"])
    return Valkey(local.folder / "valkey", local.log("valkey"), port, variables["VALKEY_PASSWORD"])


def read_demo_people(local: Local) -> list[dict[str, str]]:
    """Who can log in to the demo project: dictionaries with role, username and password."""
    if not local.demo_people_file.exists():
        return []
    people: list[dict[str, str]] = json.loads(local.demo_people_file.read_text())
    return people


def _keep_port(last: str | None) -> str:
    if last is not None and servers.is_port_free(int(last)):
        return last
    return str(servers.find_free_port())


def _write_private(path: Path, text: str) -> None:
    aside = path.with_suffix(".new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    aside.replace(path)
