"""Runs the tests of the editor's modules with Node's own runner.

Where there is no Node, the same modules are met by the browser tests alone.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NODE = shutil.which("node")
# Without Node there is nothing to run, and so no test is collected.
FILES = sorted(HERE.glob("*.test.js")) if NODE else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_module(path: Path) -> None:
    done = subprocess.run([str(NODE), "--test", str(path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
