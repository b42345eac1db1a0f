"""A worker's hold on a run: whatever it writes, it writes under the number of its attempt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from labeling import memory
from labeling.models import FinetuningRun, RunLogLine
from labeling.operations.heartbeats import WorkLost
from labeling.operations.transitions import move
from labeling.states import RunState

LONGEST_MESSAGE = 300

Clock = Callable[[], datetime]


class RunCanceled(Exception):
    """Raised into the trainer, which lets it through."""


class RunLost(WorkLost):
    """The sweep took this worker for dead and gave the run to another one."""


@dataclass(frozen=True)
class RunClaim:
    """A run, and the number of the attempt that is ours: whatever we write, we write under that number."""

    run: FinetuningRun
    attempt: int
    clock: Clock

    def write(self, **changes: Any) -> None:
        """Raises RunLost."""
        mine = FinetuningRun.objects.filter(pk=self.run.pk, state=RunState.RUNNING, attempts=self.attempt)
        peak = Greatest(Coalesce(F("peak_bytes"), 0), memory.read_peak())
        if not mine.update(heartbeat_at=self.clock(), peak_bytes=peak, **changes):
            raise RunLost

    def tell(self, message: str, **changes: Any) -> None:
        """Write what is done now, and keep it in the log. Raises RunLost."""
        with transaction.atomic():
            self.write(message=message[:LONGEST_MESSAGE], **changes)
            self.log(message)

    def log(self, text: str) -> None:
        RunLogLine.objects.create(run=self.run, text=text, created_at=self.clock())

    def check_not_canceled(self) -> None:
        """Raises RunCanceled."""
        if FinetuningRun.objects.filter(pk=self.run.pk, cancel_requested_at__isnull=False).exists():
            raise RunCanceled

    def finish(self, state: RunState, verb: str, **changes: Any) -> None:
        now = self.clock()
        facts = {name: changes[name] for name in ("message", "error") if changes.get(name)}
        mine = {"attempts": self.attempt}
        with transaction.atomic():
            move(
                self.run,
                state,
                by=None,
                verb=verb,
                now=now,
                data=facts,
                only_if=mine,
                finished_at=now,
                nudge_at=None,
                **changes,
            )
            self.log(changes.get("error") or changes["message"])
