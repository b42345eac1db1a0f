"""The Python in the documents runs as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.repository.sources import ROOT, list_documents, read


def list_examples() -> list[tuple[Path, str]]:
    return [
        (document, code)
        for document in list_documents()
        for code in re.findall(r"^```python\n(.*?)^```$", read(document), flags=re.MULTILINE | re.DOTALL)
    ]


EXAMPLES = list_examples()


@cache
def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("document", "code"), EXAMPLES, ids=lambda value: str(value)[:40])
def test_examples_run(document: Path, code: str) -> None:
    assert run(code), f"an example in {document} prints nothing"


def test_the_examples_of_the_engine_read_what_they_should() -> None:
    first, second = (code for document, code in EXAMPLES if document.name == "use-from-python.md")
    labels = dict(
        re.findall(r"^(\w+)\.jpg,(\w{17})", read("tests/data/photos/photos.csv"), flags=re.MULTILINE)
    )
    lines = run(first).splitlines()
    assert lines[0].startswith(f"{labels['windshield']} ")
    assert "".join(line[0] for line in lines[1:]) == labels["windshield"]
    assert run(second).splitlines()[0] == labels["label_sticker"]
    assert run(second).splitlines()[1].startswith("not a photo: ")
