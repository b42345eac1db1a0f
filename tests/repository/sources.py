"""What the repository consists of, for the tests that hold its parts to each other."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SETTING_READERS = {"str", "path", "list", "bool", "int", "float", "dj_db_url"}


def list_files() -> list[Path]:
    """The files under version control, relative to the root, and new ones that are not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [Path(name) for name in names if name and (ROOT / name).is_file()]


def list_documents() -> list[Path]:
    """README and the other Markdown files."""
    return [path for path in list_files() if path.suffix == ".md"]


def read(path: Path | str) -> str:
    """The text of a file of the repository."""
    return (ROOT / path).read_text()


def list_settings() -> dict[str, bool]:
    """The variables that webapp/settings.py reads, and whether each has to be set."""
    found = {}
    for node in ast.walk(ast.parse(read("webapp/settings.py"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "env" and node.func.attr in SETTING_READERS:
                name = ast.literal_eval(node.args[0])
                found[f"VINLOOP_{name}"] = len(node.args) == 1
    return found


def list_targets() -> dict[str, str]:
    """The chores of the Makefile with what `make help` says of them."""
    return dict(re.findall(r"^([a-z-]+):.*?## (.+)$", read("Makefile"), flags=re.MULTILINE))


def list_extras() -> set[str]:
    """The names of the optional dependencies."""
    return set(tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"])


def list_packages() -> list[str]:
    """The packages that make up the system, as the import contracts name them."""
    return tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["root_packages"]
