"""What went wrong with a run, in words that say what to do."""

from __future__ import annotations

import errno

import pytest

from inference.bundle import InvalidBundle
from inference.snapshot import InvalidSnapshot
from labeling.operations.leaks import LeakedTestSplit
from labeling.operations.run_failures import explain_failure
from training.export import ParityError
from training.finetune import FinetuningFailed

TORCH_SAYS = "[enforce fail at alloc_cpu.cpp:117] . DefaultCPUAllocator: can't allocate memory: 8 bytes."

EXPLAINED = {
    "disk full": (OSError(errno.ENOSPC, "No space left on device"), "The disk is full. Make room"),
    "quota": (OSError(errno.EDQUOT, "Disk quota exceeded"), "at its quota"),
    "read-only": (OSError(errno.EROFS, "Read-only file system"), "Mount it writable"),
    "missing file": (
        FileNotFoundError(errno.ENOENT, "No such file", "/data/originals/ab"),
        "/data/originals/ab",
    ),
    "memory of Python": (MemoryError(), "smaller batch size"),
    "memory of torch": (RuntimeError(TORCH_SAYS), "smaller batch size"),
    "training": (FinetuningFailed("The loss is not a number. Clone the run."), "Clone the run."),
    "export": (ParityError("The ONNX file differs."), "The ONNX file differs."),
    "snapshot": (InvalidSnapshot("The file is gone. Freeze it anew."), "Freeze it anew."),
    "bundle": (InvalidBundle("sequence.onnx is missing. Restore it."), "is missing. Restore it."),
    "domain": (LeakedTestSplit("3 test photos have taught. Freeze a new one."), "Freeze a new one."),
    "unforeseen": (KeyError("step"), "unforeseen happened: 'step' (KeyError)"),
    "wordless": (ValueError(), "No more was said (ValueError)"),
}


@pytest.mark.parametrize(("error", "told"), EXPLAINED.values(), ids=EXPLAINED.keys())
def test_a_failure_is_a_sentence(error: Exception, told: str) -> None:
    said = explain_failure(error)
    assert told in said
    assert said.endswith(".")
    assert "Traceback" not in said


def test_what_says_a_lot_is_cut() -> None:
    assert len(explain_failure(ValueError("x" * 10_000))) <= 4000
