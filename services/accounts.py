"""Under which account PostgreSQL runs: it refuses root, so root hands it to another account."""

import os
import pwd
import shutil
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CANDIDATES = ("postgres", "nobody")


class NoAccount(RuntimeError):
    """Root has no account that PostgreSQL could run under."""


@dataclass(frozen=True)
class Launch:
    """A command and the keyword arguments that `subprocess` starts it with."""

    command: Sequence[str]
    options: Mapping[str, Any]


def find_account() -> pwd.struct_passwd | None:
    """The account for PostgreSQL, or None where the present one will do."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoAccount(f"PostgreSQL does not run as root, and neither account exists: {', '.join(CANDIDATES)}.")


def own(path: Path) -> None:
    """Give a file or folder to the account that PostgreSQL runs under."""
    account = find_account()
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def launch_unprivileged(command: Sequence[str], *, reads: Path) -> Launch:
    """How to start `command`, which works below the folder `reads`, under an account that is not root."""
    account = find_account()
    if account is None:
        return Launch(command, {})
    if _is_reachable(Path(command[0])) and _is_reachable(reads):
        return Launch(command, {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []})
    return Launch([*_cross_closed_folders(account), *command], {})


def _is_reachable(path: Path) -> bool:
    resolved = path.resolve()
    return all(part.stat().st_mode & stat.S_IXOTH for part in (resolved, *resolved.parents))


def _cross_closed_folders(account: pwd.struct_passwd) -> list[str]:
    """Root's home is closed to others: keep the one capability that passes folders, drop all the rest."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise NoAccount(
            f"PostgreSQL runs as {account.pw_name}, which cannot enter this folder. "
            "Move VINloop to a folder open to every account (mode 755), or start it without root."
        )
    capability = "+dac_override"
    return [
        setpriv,
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        f"--inh-caps={capability}",
        f"--ambient-caps={capability}",
        "--",
    ]
