"""Exports and imports: asked for, confirmed, canceled and tried again by people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, BinaryIO

from django.db import transaction

from labeling import policies, queue, storage
from labeling.errors import DomainError
from labeling.formats.registry import FormatName
from labeling.imaging import PhotoTooLarge
from labeling.models import DatasetSnapshot, Project, Transfer, TransferKind, User
from labeling.operations import audit
from labeling.operations.inputs import clean_file_name
from labeling.operations.packages import size_limit
from labeling.operations.transfer_execution import execute_transfer
from labeling.operations.transitions import Conflict, move
from labeling.states import TransferState

__all__ = [
    "InvalidTransfer",
    "cancel_transfer",
    "confirm_import",
    "execute_transfer",
    "request_export",
    "request_import",
    "retry_transfer",
    "sweep_transfers",
]

NUDGE_AFTER = timedelta(seconds=30)
LOST_AFTER = timedelta(seconds=60)
"""No heartbeat for so long: the worker was killed, and another one begins again."""

KEPT_FOR = timedelta(days=14)
"""After so long the file that came or was made is deleted; the row stays."""

MAX_ATTEMPTS = 3
SWEEP_AT_ONCE = 50
_NEEDED = {TransferKind.EXPORT: policies.Capability.TRAIN, TransferKind.IMPORT: policies.Capability.IMPORT}


class InvalidTransfer(DomainError):
    """What was asked for is no transfer that can be made."""

    code = "invalid_transfer"


def request_export(
    *,
    project: Project,
    snapshot: DatasetSnapshot,
    format: FormatName | str,
    by: User,
    now: datetime,
    with_photos: bool = True,
) -> Transfer:
    """Ask for a file with the labels of a snapshot, and its photos unless they are not wanted.

    Raises NotFound, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    if snapshot.project_id != project.pk:
        raise policies.NotFound
    facts = {"format": FormatName(format).value, "snapshot": snapshot.name}
    return _insert(
        project,
        by,
        now,
        facts,
        kind=TransferKind.EXPORT,
        format=FormatName(format),
        snapshot=snapshot,
        options={"with_photos": with_photos},
    )


def request_import(
    *,
    project: Project,
    file: BinaryIO,
    name: str,
    format: FormatName | str,
    by: User,
    now: datetime,
    accept: bool = False,
) -> Transfer:
    """Keep the file and ask for a look at every row; nothing is loaded before `confirm_import`.

    `accept` makes the labels accepted work as they are; else reviewers look at each of them.
    Raises InvalidTransfer, PhotoTooLarge, Forbidden.
    """
    policies.check_can(by, policies.Capability.IMPORT, project)
    sha256, size = storage.store_transfer(lambda target: _copy(file, target))
    if not size:
        storage.delete_transfer(sha256)
        raise InvalidTransfer("The file is empty. Choose another one.", fields={"file": "empty"})
    facts = {"format": FormatName(format).value, "name": clean_file_name(name), "sha256": sha256}
    return _insert(
        project,
        by,
        now,
        facts,
        kind=TransferKind.IMPORT,
        format=FormatName(format),
        upload_sha256=sha256,
        upload_name=clean_file_name(name),
        byte_size=size,
        options={"accept": accept},
    )


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    copied = 0
    while chunk := source.read(1024 * 1024):
        copied += len(chunk)
        if copied > size_limit():
            raise PhotoTooLarge(f"The file is too large: at most {size_limit() >> 20} MB are accepted.")
        target.write(chunk)


@transaction.atomic
def _insert(project: Project, by: User, now: datetime, facts: dict[str, Any], **fields: Any) -> Transfer:
    transfer = Transfer.objects.create(
        project=project, requested_by=by, requested_at=now, nudge_at=now + NUDGE_AFTER, **fields
    )
    verb = f"{transfer.kind}.requested"
    audit.record(project=project, actor=by, verb=verb, on=transfer, now=now, data=facts)
    queue.enqueue_on_commit(queue.EXECUTE_TRANSFER, transfer_id=str(transfer.pk))
    return transfer


def confirm_import(
    *, transfer: Transfer, by: User, now: datetime, leave_out_problems: bool = False
) -> Transfer:
    """Load what was checked, all of it or nothing; rows with problems only stay out where that is wanted.

    Raises InvalidTransfer, IllegalTransition, Conflict, Forbidden.
    """
    policies.check_can(by, policies.Capability.IMPORT, transfer.project)
    problems = transfer.report.get("problem_count", 0)
    if transfer.state == TransferState.CHECKED and problems and not leave_out_problems:
        raise InvalidTransfer(
            f"{problems} rows cannot be loaded. Correct them in the file and import it again, or say that "
            "they are to be left out.",
            fields={"leave_out_problems": "needed"},
        )
    if transfer.state == TransferState.CHECKED and not transfer.report.get("loadable"):
        raise InvalidTransfer("No row of this file can be loaded. Correct it and import it again.")
    return _queue(transfer, by, now, "import.confirmed", confirmed_at=now)


def retry_transfer(*, transfer: Transfer, by: User, now: datetime) -> Transfer:
    """Queue a failed transfer again. Raises IllegalTransition, Conflict, Forbidden."""
    _check_may(transfer, by)
    if transfer.state != TransferState.FAILED:
        raise Conflict("Only what has failed can be tried again.")
    if transfer.file_deleted_at is not None:
        raise Conflict("The file of this transfer is deleted by now. Ask for it anew.")
    return _queue(transfer, by, now, f"{transfer.kind}.retried", error="")


def _queue(transfer: Transfer, by: User, now: datetime, verb: str, **changes: Any) -> Transfer:
    reset: dict[str, Any] = {
        "attempts": 0,
        "done": 0,
        "message": "",
        "cancel_requested_at": None,
        "finished_at": None,
        "heartbeat_at": None,
        "nudge_at": now + NUDGE_AFTER,
    }
    with transaction.atomic():
        move(transfer, TransferState.QUEUED, by=by, verb=verb, now=now, **reset, **changes)
        queue.enqueue_on_commit(queue.EXECUTE_TRANSFER, transfer_id=str(transfer.pk))
    return transfer


def cancel_transfer(*, transfer: Transfer, by: User, now: datetime) -> Transfer:
    """What waits is canceled at once, what runs at its next report. What is loaded stays loaded.

    Raises IllegalTransition, Conflict, Forbidden.
    """
    _check_may(transfer, by)
    verb = f"{transfer.kind}.canceled"
    if transfer.state != TransferState.RUNNING:
        changes: dict[str, Any] = {"cancel_requested_at": now, "finished_at": now}
        move(transfer, TransferState.CANCELED, by=by, verb=verb, now=now, **changes)
        return transfer
    with transaction.atomic():
        running = Transfer.objects.filter(pk=transfer.pk, state=TransferState.RUNNING)
        if running.filter(cancel_requested_at=None).update(cancel_requested_at=now):
            asked = f"{transfer.kind}.cancel_requested"
            audit.record(project=transfer.project, actor=by, verb=asked, on=transfer, now=now)
        elif not running.exists():
            raise Conflict
    transfer.refresh_from_db()
    return transfer


def _check_may(transfer: Transfer, by: User) -> None:
    policies.check_can(by, _NEEDED[TransferKind(transfer.kind)], transfer.project)


def sweep_transfers(*, now: datetime) -> int:
    """Queue again what a lost worker held, ask for what nobody took, delete old files; returns how many."""
    silent = Transfer.objects.filter(state=TransferState.RUNNING, heartbeat_at__lte=now - LOST_AFTER)
    count = sum(_recover(transfer, now) for transfer in silent.select_related("project")[:SWEEP_AT_ONCE])
    forgotten = Transfer.objects.filter(state=TransferState.QUEUED, nudge_at__lte=now)
    count += sum(_nudge(transfer, now) for transfer in forgotten[:SWEEP_AT_ONCE])
    unconfirmed = Transfer.objects.filter(
        state=TransferState.CHECKED, requested_at__lte=now - KEPT_FOR
    ).select_related("project")
    count += sum(_give_up(transfer, now) for transfer in unconfirmed[:SWEEP_AT_ONCE])
    return count + _delete_old_files(now)


def _give_up(transfer: Transfer, now: datetime) -> bool:
    changes: dict[str, Any] = {"finished_at": now, "message": "Nobody confirmed it for two weeks."}
    try:
        move(transfer, TransferState.CANCELED, by=None, verb="import.canceled", now=now, **changes)
    except Conflict:
        return False
    return True


def _recover(transfer: Transfer, now: datetime) -> bool:
    changes: dict[str, Any] = {"nudge_at": now + NUDGE_AFTER}
    state, verb = TransferState.QUEUED, f"{transfer.kind}.worker_lost"
    if transfer.cancel_requested_at is not None:
        state, verb, changes = TransferState.CANCELED, f"{transfer.kind}.canceled", {"finished_at": now}
    elif transfer.attempts >= MAX_ATTEMPTS:
        state, verb = TransferState.FAILED, f"{transfer.kind}.failed"
        error = f"The worker was lost {transfer.attempts} times. A smaller file may help."
        changes = {"finished_at": now, "error": error}
    still_silent = {"heartbeat_at": transfer.heartbeat_at, "attempts": transfer.attempts}
    try:
        with transaction.atomic():
            move(transfer, state, by=None, verb=verb, now=now, only_if=still_silent, **changes)
            if state == TransferState.QUEUED:
                queue.enqueue_on_commit(queue.EXECUTE_TRANSFER, transfer_id=str(transfer.pk))
    except Conflict:
        return False
    return True


def _nudge(transfer: Transfer, now: datetime) -> bool:
    expires = 2 * NUDGE_AFTER.total_seconds()
    if not queue.send(queue.EXECUTE_TRANSFER, {"transfer_id": str(transfer.pk)}, expires=expires):
        return False
    Transfer.objects.filter(pk=transfer.pk, state=TransferState.QUEUED).update(nudge_at=now + NUDGE_AFTER)
    return True


def _delete_old_files(now: datetime) -> int:
    """Files are shared by equal content: one goes when no younger transfer names it."""
    over = [TransferState.SUCCEEDED, TransferState.FAILED, TransferState.CANCELED]
    old = Transfer.objects.filter(state__in=over, finished_at__lte=now - KEPT_FOR, file_deleted_at=None)
    rows = list(old[:SWEEP_AT_ONCE])
    Transfer.objects.filter(pk__in=[row.pk for row in rows]).update(file_deleted_at=now)
    kept = Transfer.objects.filter(file_deleted_at=None)
    for sha256 in {name for row in rows for name in (row.upload_sha256, row.result_sha256) if name}:
        if not kept.filter(upload_sha256=sha256).exists() and not kept.filter(result_sha256=sha256).exists():
            storage.delete_transfer(sha256)
    return len(rows)
