"""Make the virtual environment `.venv` and install what pyproject.toml names, once for each change of it.

    python3 services/install.py web training local test

Runs before anything is installed and says in one line what is wrong, an old Python included: standard library
only, and syntax that an old Python can read.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOG = ROOT / "var" / "log" / "install.log"
OLDEST = (3, 11)
GIGABYTE = 1000**3
NEEDED = 3 * GIGABYTE
# PyPI's torch for Linux brings several gigabytes for graphics cards; PyTorch's own index has it without.
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


class CannotInstall(Exception):
    """The one line that a person reads."""


def check_python(version: tuple[int, ...]) -> None:
    """Refuse a Python that is too old."""
    if version[:2] < OLDEST:
        found = ".".join(str(part) for part in version[:3])
        raise CannotInstall(
            f"Python 3.11 or newer is needed; this is {found}. Name another: make run PYTHON=python3.12"
        )


def check_disk(free: int) -> None:
    """Refuse to begin a first installation that would not fit in `free` bytes."""
    if free < NEEDED:
        raise CannotInstall(
            f"The disk is too full: {free / GIGABYTE:.1f} GB are free, "
            f"the installation needs {NEEDED / GIGABYTE:.0f} GB."
        )


def read_requirements(extras: list[str]) -> list[str]:
    """The requirements of the project and of the extras named."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    return sorted([*project["dependencies"], *(name for extra in extras for name in optional[extra])])


def find_torch_index() -> str:
    """The index to take torch from besides pip's own; "" where there is none or it does not answer."""
    index = os.environ.get("TORCH_INDEX", CPU_INDEX if sys.platform == "linux" else "")
    if not index.startswith("http"):
        return index
    try:
        urllib.request.urlopen(index.rstrip("/") + "/torch/", timeout=3).close()  # noqa: S310
    except (OSError, ValueError):
        return ""
    return index


def make_environment() -> None:
    """Make the virtual environment, unless one that works is there."""
    if _succeeds([str(VENV_PYTHON), "-m", "pip", "--version"]):
        return
    check_disk(shutil.disk_usage(ROOT).free)
    shutil.rmtree(VENV, ignore_errors=True)
    if not _succeeds([sys.executable, "-m", "venv", str(VENV)]):
        shutil.rmtree(VENV, ignore_errors=True)
        raise CannotInstall(
            "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"
        )


def install(requirements: list[str]) -> None:
    """Install with pip, what it says going to the log.

    Raises: CannotInstall with the sentence that says what to do.
    """
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    if any(name.startswith("torch") for name in requirements):
        index = find_torch_index()
        command += ["--extra-index-url", index] if index else []
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("w") as log:
        code = subprocess.call([*command, *requirements], stdout=log, stderr=subprocess.STDOUT, cwd=ROOT)
    if code:
        raise CannotInstall(explain_failure(LOG.read_text(errors="replace")))


def explain_failure(log: str) -> str:
    """One line for a pip that failed."""
    if "No space left on device" in log:
        return "The disk is full: installing stopped half-way. Free some space and start again."
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    for line in lines:
        _, found, wheel = line.partition("No matching distribution found for ")
        if found:
            python = "Python " + ".".join(platform.python_version_tuple()[:2])
            return (
                f"There is no wheel of {wheel} for this machine "
                f"({platform.system()} {platform.machine()}, {python}), or the package index is out of reach."
            )
    errors = [line for line in lines if line.startswith("ERROR:")] or lines or ["pip said nothing"]
    return f"Installing failed: {errors[-1].replace('ERROR: ', '')} (the whole log: {LOG.relative_to(ROOT)})"


def _succeeds(command: list[str]) -> bool:
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def _read_stamp() -> dict[str, object]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def main(wanted: list[str]) -> None:
    """Bring `.venv` up to date with the extras wanted and those that are installed already."""
    check_python(sys.version_info[:3])
    stamp = _read_stamp()
    installed = stamp.get("extras")
    extras = sorted({*wanted, *(installed if isinstance(installed, list) else [])})
    requirements = read_requirements(extras)
    digest = hashlib.sha256("\n".join(requirements).encode()).hexdigest()
    if stamp.get("sha256") == digest and VENV_PYTHON.exists():
        return
    print(f"VINloop: Installing {', '.join(extras)} (the first time takes some minutes) ...", flush=True)
    make_environment()
    install(requirements)
    aside = STAMP.with_suffix(".new")
    aside.write_text(json.dumps({"extras": extras, "sha256": digest}))
    aside.replace(STAMP)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except CannotInstall as error:
        sys.exit(f"VINloop: {error}")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit("VINloop: The disk is full: installing stopped half-way. Free some space and start again.")
    except KeyboardInterrupt:
        sys.exit(130)
