"""How much of the machine one job may take, so that a hostile photo fails its own job and not the machine."""

import os
import resource

GIGABYTE = 1000**3
PREDICTION_BYTES = 3 * GIGABYTE
FINETUNING_BYTES = 12 * GIGABYTE


LEAST_URGENT = 19
"""The niceness of a process that takes what time of the processors all others leave."""


def give_way() -> None:
    """From now on this process computes only while others do not."""
    os.setpriority(os.PRIO_PROCESS, 0, LEAST_URGENT)


def limit_memory(size: int) -> None:
    """Let this process allocate `size` bytes of data at most; beyond that, Python raises MemoryError."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(
        resource.RLIMIT_DATA, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard)
    )
