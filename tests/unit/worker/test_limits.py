"""A job that wants too much memory fails and its process lives on; what nobody waits for gives way."""

from __future__ import annotations

import subprocess
import sys

from worker import limits

SCRIPT = """
import sys
sys.path.insert(0, "")
from worker.limits import limit_memory
limit_memory(300_000_000)
held = bytearray(50_000_000)
try:
    bytearray(1_000_000_000)
except MemoryError:
    print("refused")
limit_memory(3_000_000_000)
bytearray(1_000_000_000)
print("taken")
"""


def test_memory_beyond_the_limit_is_refused() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    expected = ["refused", "taken"] if sys.platform == "linux" else ["taken"]
    assert done.stdout.split() == expected


def test_a_worker_that_gives_way_is_the_least_urgent_process() -> None:
    script = "import os; from worker.limits import give_way; give_way(); give_way(); print(os.nice(0))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) == limits.LEAST_URGENT


def test_training_may_take_more_than_reading() -> None:
    assert limits.PREDICTION_BYTES < limits.FINETUNING_BYTES
