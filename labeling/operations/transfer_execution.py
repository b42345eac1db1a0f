"""What the transfer worker does: write an export, check an import, load an import that was confirmed."""

from __future__ import annotations

import errno
import logging
import uuid
from datetime import datetime

from labeling.errors import DomainError
from labeling.models import Transfer, TransferKind
from labeling.operations.claims import Claim, Clock, WorkCanceled
from labeling.operations.exporting import write_export
from labeling.operations.heartbeats import WorkLost, heartbeat
from labeling.operations.importing import check_import, load_import
from labeling.states import TransferState

logger = logging.getLogger(__name__)

_MAX_ERROR = 2000


def execute_transfer(*, transfer_id: uuid.UUID | str, now: datetime | Clock) -> Transfer | None:
    """Carry out a queued transfer; None where another worker has it.

    One that fails keeps the error and raises nothing: what went wrong is for the person who reads its page.
    """
    clock: Clock = now if callable(now) else lambda: now
    claim = _take(transfer_id, clock)
    if claim is None:
        return None
    try:
        with heartbeat(claim.write, what=f"transfer {transfer_id}"):
            _carry_out(claim)
    except WorkCanceled:
        claim.finish_or_let_go(TransferState.CANCELED, "canceled", message="Canceled on request.")
    except WorkLost:
        claim.let_go()
    except Exception as error:  # whatever the file does to us: the transfer keeps it
        logger.exception("Transfer %s failed", transfer_id)
        claim.finish_or_let_go(TransferState.FAILED, "failed", error=_say(error), message="")
    claim.row.refresh_from_db()
    return claim.row


def _take(transfer_id: uuid.UUID | str, clock: Clock) -> Claim[Transfer] | None:
    rows = Transfer.objects.select_related("project", "snapshot", "requested_by")
    transfer = rows.filter(pk=transfer_id, state=TransferState.QUEUED).first()
    return Claim.take(transfer, clock=clock, prefix=transfer.kind) if transfer else None


def _carry_out(claim: Claim[Transfer]) -> None:
    transfer = claim.row
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
