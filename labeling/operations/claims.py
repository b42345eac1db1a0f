"""A worker's hold on long work: whatever it writes, it writes under the number of its attempt.

Runs, transfers and rounds are queued rows that one worker takes, reports on, and ends. One that falls silent
is given to another worker by a sweep, and then all that the first one still writes is refused.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Self, TypeVar

from labeling.models import FinetuningRun, PseudoRound, Transfer
from labeling.operations.heartbeats import WorkLost
from labeling.operations.transitions import Conflict, move
from labeling.states import TransferState

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Work = TypeVar("Work", FinetuningRun, PseudoRound, Transfer)

LONGEST_MESSAGE = 300
_RUNNING = "running"
_REPORT_SECONDS = 0.5


class WorkCanceled(Exception):
    """A person asked for it. Raised into whatever reports, which lets it through."""


@dataclass
class Claim(Generic[Work]):
    """A row, and the number of the attempt that is ours. Its events are called `prefix`.something, and have
    the `facts`.
    """

    row: Work
    attempt: int
    clock: Clock
    prefix: str
    facts: dict[str, Any]
    _reported: float = field(default=0.0, init=False)

    @classmethod
    def take(
        cls, row: Work, *, clock: Clock, prefix: str, facts: dict[str, Any] | None = None, **changes: Any
    ) -> Self | None:
        """Take a queued row; None where another worker was faster."""
        now = clock()
        taken: dict[str, Any] = {
            "attempts": row.attempts + 1,
            "heartbeat_at": now,
            "started_at": row.started_at or now,
            "message": "Preparing",
            "nudge_at": None,
            **changes,
        }
        try:
            move(row, _RUNNING, by=None, verb=f"{prefix}.started", now=now, data=facts, **taken)
        except Conflict:
            return None
        return cls(row, row.attempts, clock, prefix, facts or {})

    @property
    def is_mine(self) -> bool:
        return self._find(state=_RUNNING, attempts=self.attempt).exists()

    def write(self, **changes: Any) -> None:
        """Raises WorkLost."""
        mine = self._find(state=_RUNNING, attempts=self.attempt)
        if not mine.update(heartbeat_at=self.clock(), **changes):
            raise WorkLost

    def report(self, done: int, total: int, message: str) -> None:
        """Write the progress, twice a second at most. Raises WorkLost, WorkCanceled."""
        moment = time.monotonic()
        if moment - self._reported < _REPORT_SECONDS and 0 < done < total:
            return
        self._reported = moment
        self.write(done=done, total=total, message=message[:LONGEST_MESSAGE])
        self.check_not_canceled()

    def check_not_canceled(self) -> None:
        """Raises WorkCanceled."""
        if self._find(cancel_requested_at__isnull=False).exists():
            raise WorkCanceled

    def finish(self, state: str, verb: str, **changes: Any) -> None:
        """Raises Conflict where the row is with another worker."""
        now = self.clock()
        said = {name: changes[name] for name in ("message", "error") if changes.get(name)}
        # an import that was checked waits for a person, and goes on
        over = {} if state == TransferState.CHECKED else {"finished_at": now}
        move(
            self.row,
            state,
            by=None,
            verb=f"{self.prefix}.{verb}",
            now=now,
            data={**self.facts, **said},
            only_if={"attempts": self.attempt},
            nudge_at=None,
            **over,
            **changes,
        )

    def finish_or_let_go(self, state: str, verb: str, **changes: Any) -> None:
        """As `finish`; what is with another worker is left to it."""
        try:
            self.finish(state, verb, **changes)
        except Conflict:
            self.let_go()

    def let_go(self) -> None:
        logger.warning("%s %s is with another worker now", self.prefix, self.row.pk)

    def _find(self, **wanted: Any) -> Any:
        return type(self.row)._base_manager.filter(pk=self.row.pk, **wanted)
