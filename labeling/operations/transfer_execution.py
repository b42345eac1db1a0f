"""What the transfer worker does: write an export, check an import, load an import that was confirmed."""

from __future__ import annotations

import errno
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from labeling.errors import DomainError
from labeling.models import Transfer, TransferKind
from labeling.operations.exporting import write_export
from labeling.operations.heartbeats import WorkLost, heartbeat
from labeling.operations.importing import check_import, load_import
from labeling.operations.transitions import Conflict, move
from labeling.states import TransferState

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

_REPORT_SECONDS = 0.5
_MAX_ERROR = 2000


class TransferCanceled(Exception):
    """A person asked for it."""


@dataclass
class _Claim:
    """A transfer, and the number of the attempt that is ours: whatever we write, we write under it."""

    transfer: Transfer
    attempt: int
    clock: Clock
    _reported: float = field(default=0.0)

    def write(self, **changes: Any) -> None:
        """Raises WorkLost."""
        mine = Transfer.objects.filter(
            pk=self.transfer.pk, state=TransferState.RUNNING, attempts=self.attempt
        )
        if not mine.update(heartbeat_at=self.clock(), **changes):
            raise WorkLost

    def report(self, done: int, total: int, message: str) -> None:
        """Write the progress, twice a second at most. Raises WorkLost, TransferCanceled."""
        moment = time.monotonic()
        if moment - self._reported < _REPORT_SECONDS and done != total:
            return
        self._reported = moment
        self.write(done=done, total=total, message=message[:300])
        if Transfer.objects.filter(pk=self.transfer.pk, cancel_requested_at__isnull=False).exists():
            raise TransferCanceled

    def finish(self, state: TransferState, verb: str, **changes: Any) -> None:
        """Raises Conflict where the transfer is with another worker."""
        now = self.clock()
        facts = {name: changes[name] for name in ("message", "error") if changes.get(name)}
        over = {"finished_at": now} if state != TransferState.CHECKED else {}
        move(
            self.transfer,
            state,
            by=None,
            verb=f"{self.transfer.kind}.{verb}",
            now=now,
            data=facts,
            only_if={"attempts": self.attempt},
            nudge_at=None,
            **over,
            **changes,
        )


def execute_transfer(*, transfer_id: uuid.UUID | str, now: datetime | Clock) -> Transfer | None:
    """Carry out a queued transfer; None where another worker has it.

    One that fails keeps the error and raises nothing: what went wrong is for the person who reads its page.
    """
    clock: Clock = now if callable(now) else lambda: now
    claim = _claim(transfer_id, clock)
    if claim is None:
        return None
    try:
        with heartbeat(claim.write, what=f"transfer {transfer_id}"):
            _carry_out(claim)
    except TransferCanceled:
        _finish_or_let_go(claim, TransferState.CANCELED, "canceled", message="Canceled on request.")
    except WorkLost:
        logger.warning("Transfer %s is with another worker now", transfer_id)
    except Exception as error:  # whatever the file does to us: the transfer keeps it
        logger.exception("Transfer %s failed", transfer_id)
        _finish_or_let_go(claim, TransferState.FAILED, "failed", error=_say(error), message="")
    claim.transfer.refresh_from_db()
    return claim.transfer


def _claim(transfer_id: uuid.UUID | str, clock: Clock) -> _Claim | None:
    related = ("project", "snapshot", "requested_by")
    rows = Transfer.objects.select_related(*related)
    transfer = rows.filter(pk=transfer_id, state=TransferState.QUEUED).first()
    if transfer is None:
        return None
    now = clock()
    changes: dict[str, Any] = {
        "attempts": transfer.attempts + 1,
        "heartbeat_at": now,
        "started_at": transfer.started_at or now,
        "message": "Preparing",
        "nudge_at": None,
    }
    verb = f"{transfer.kind}.started"
    try:
        move(transfer, TransferState.RUNNING, by=None, verb=verb, now=now, **changes)
    except Conflict:
        return None
    return _Claim(transfer=transfer, attempt=transfer.attempts, clock=clock)


def _carry_out(claim: _Claim) -> None:
    transfer = claim.transfer
    if transfer.kind == TransferKind.EXPORT:
        made = write_export(transfer=transfer, report=claim.report)
        claim.finish(
            TransferState.SUCCEEDED,
            "succeeded",
            result_sha256=made.sha256,
            byte_size=made.byte_size,
            report=made.report,
            message=made.sentence,
        )
    elif transfer.confirmed_at is None:
        checked = check_import(transfer=transfer, report=claim.report)
        claim.finish(TransferState.CHECKED, "checked", report=checked, message="Nothing is loaded yet.")
    else:
        load_import(transfer=transfer, report=claim.report, finish=claim.finish, now=claim.clock())


def _say(error: Exception) -> str:
    if isinstance(error, DomainError):
        return error.message[:_MAX_ERROR]
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk of the server is full. Make room, then try again."
    return f"{error} ({type(error).__name__})"[:_MAX_ERROR]


def _finish_or_let_go(claim: _Claim, state: TransferState, verb: str, **changes: Any) -> None:
    try:
        claim.finish(state, verb, **changes)
    except Conflict:
        logger.warning("Transfer %s is with another worker now", claim.transfer.pk)
