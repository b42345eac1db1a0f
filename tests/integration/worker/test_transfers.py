"""An import in a real worker, killed while it checks and killed again while it loads."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from labeling import storage
from labeling.models import Annotation, ModelVersion, Photo, Transfer
from labeling.operations.datasets import freeze_snapshot
from labeling.operations.transfers import confirm_import, request_export, request_import
from labeling.states import TransferState
from tests.conftest import People
from tests.integration.worker.conftest import SEEDS
from tests.integration.worker.test_finetuning import accept_photo, make_vin
from tests.photos import render_photo
from tests.processes import TestProcess, wait_for

Start = Callable[..., TestProcess]

ROWS = 120
QUEUES = "transfer,maintenance"


def make_set() -> io.BytesIO:
    target = io.BytesIO()
    rows = ["file,vin"]
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(ROWS):
            seed = next(SEEDS)
            archive.writestr(f"{number}.jpg", render_photo(seed, width=480, height=160))
            rows.append(f"{number}.jpg,{make_vin(seed)}")
        archive.writestr("list.csv", "\n".join(rows))
    target.seek(0)
    return target


def state_of(transfer: Transfer) -> str:
    return str(Transfer.objects.get(pk=transfer.pk).state)


def kill_while(transfer: Transfer, worker: TestProcess, message: str) -> bool:
    """Kill the worker while it says this; returns whether it was caught in the act."""

    def is_at_it() -> bool:
        now = Transfer.objects.get(pk=transfer.pk)
        return now.message == message or now.state not in (TransferState.QUEUED, TransferState.RUNNING)

    wait_for(is_at_it, seconds=60, what=message)
    worker.kill()
    # As if the time had passed after which a worker that gives no sign of life is taken for dead.
    long_ago = timezone.now() - timedelta(minutes=5)
    caught = Transfer.objects.filter(pk=transfer.pk, state=TransferState.RUNNING)
    return bool(caught.update(heartbeat_at=long_ago))


def test_a_killed_import_loads_every_row_once(world: People, start_worker: Start, start_beat: Start) -> None:
    now = timezone.now()
    transfer = request_import(
        project=world.project,
        file=make_set(),
        name="set.zip",
        format="csv",
        by=world.admin,
        now=now,
        accept=True,
    )
    start_beat()
    with transaction.atomic(), connection.cursor() as cursor:
        # The worker looks for the photos that the labels name: it cannot end before it is killed.
        cursor.execute("LOCK TABLE labeling_photo IN ACCESS EXCLUSIVE MODE")
        assert kill_while(transfer, start_worker("first", QUEUES), "Checking rows")
    second = start_worker("second", QUEUES)
    wait_for(lambda: state_of(transfer) == TransferState.CHECKED, seconds=120, what="the rows are checked")
    assert not Photo.objects.exists()
    second.kill()

    transfer.refresh_from_db()
    confirm_import(transfer=transfer, by=world.admin, now=timezone.now())
    kill_while(transfer, start_worker("third", QUEUES), "Loading rows")
    assert Photo.objects.count() in (0, ROWS)
    start_worker("fourth", QUEUES)
    wait_for(lambda: state_of(transfer) == TransferState.SUCCEEDED, seconds=120, what="the rows are loaded")
    assert Photo.objects.count() == Annotation.objects.count() == ROWS
    assert all(storage.original_path(photo.sha256).exists() for photo in Photo.objects.all())


def test_an_export_in_its_own_worker(world: People, champion: ModelVersion, start_worker: Start) -> None:
    accept_photo(world)
    snapshot = freeze_snapshot(project=world.project, name="first", by=world.ml_engineer, now=timezone.now())
    transfer = request_export(
        project=world.project, snapshot=snapshot, format="vinloop", by=world.ml_engineer, now=timezone.now()
    )
    start_worker("only", QUEUES)
    wait_for(lambda: state_of(transfer) == TransferState.SUCCEEDED, seconds=60, what="the file is made")
    transfer.refresh_from_db()
    archive = zipfile.ZipFile(storage.transfer_path(transfer.result_sha256))
    assert storage.hash_content(archive.read("snapshot.json")) == snapshot.sha256
