"""Rules of the house that no linter knows."""

from __future__ import annotations

import re

from tests.repository.sources import ROOT, list_files

LONGEST_FILE = 400
LARGEST_FILE = 10 * 1000**2
PYTHON = [path for path in list_files() if path.suffix == ".py" and "migrations" not in path.parts]
TEXTS = [
    path
    for path in list_files()
    if path.suffix in {".py", ".js", ".css", ".html", ".md", ".toml", ".yml", ".json"}
]
# Written apart, so that this file does not name what it forbids.
MACHINE_PATHS = re.compile("|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + r"me/\w", "/Us" + r"ers/\w"]))
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
NOT_RUN = re.compile(r"pytest\.(mark\.)?(sk" + r"ip|skipif|xfail|importorskip)")


def find_matches(pattern: re.Pattern[str], paths: list) -> list[str]:
    return [f"{path}: {match}" for path in paths for match in pattern.findall((ROOT / path).read_text())]


def test_files_stay_short() -> None:
    long = {str(path): len((ROOT / path).read_text().splitlines()) for path in PYTHON}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_files_stay_small() -> None:
    assert [path for path in list_files() if (ROOT / path).stat().st_size > LARGEST_FILE] == []


def test_nothing_is_left_for_later() -> None:
    assert find_matches(UNFINISHED, TEXTS) == []


def test_no_test_is_left_out() -> None:
    assert find_matches(NOT_RUN, PYTHON) == []


def test_no_machine_is_named() -> None:
    assert [path for path in TEXTS if MACHINE_PATHS.search((ROOT / path).read_text())] == []
