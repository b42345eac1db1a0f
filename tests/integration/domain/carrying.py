"""What the tests of exports and imports carry from one project to another."""

from __future__ import annotations

import io
from typing import Any

from labeling import storage
from labeling.models import DatasetSnapshot, Transfer
from labeling.operations import datasets, transfers
from tests.conftest import People
from tests.integration.domain.workshop import Workshop

OTHER = "5YJSA1E26JF271234"


def freeze(workshop: Workshop, name: str = "first") -> DatasetSnapshot:
    return datasets.freeze_snapshot(
        project=workshop.people.project, name=name, by=workshop.people.ml_engineer, now=workshop.now
    )


def export(workshop: Workshop, form: str, *, with_photos: bool = True, name: str = "first") -> Transfer:
    snapshot = DatasetSnapshot.objects.filter(name=name).first() or freeze(workshop, name)
    transfer = transfers.request_export(
        project=workshop.people.project,
        snapshot=snapshot,
        format=form,
        by=workshop.people.ml_engineer,
        now=workshop.now,
        with_photos=with_photos,
    )
    done = transfers.execute_transfer(transfer_id=transfer.pk, now=workshop.now)
    assert done is not None
    return done


def content_of(transfer: Transfer) -> bytes:
    return storage.transfer_path(transfer.result_sha256).read_bytes()


def bring(
    people: People, content: bytes, form: str, now: Any, *, name: str = "set.zip", accept: bool = False
) -> Transfer:
    """Ask for an import and have it checked."""
    transfer = transfers.request_import(
        project=people.project,
        file=io.BytesIO(content),
        name=name,
        format=form,
        by=people.admin,
        now=now,
        accept=accept,
    )
    done = transfers.execute_transfer(transfer_id=transfer.pk, now=now)
    assert done is not None
    return done


def confirm(transfer: Transfer, people: People, now: Any, **options: bool) -> Transfer:
    transfers.confirm_import(transfer=transfer, by=people.admin, now=now, **options)
    done = transfers.execute_transfer(transfer_id=transfer.pk, now=now)
    assert done is not None
    return done


def csv(*rows: str) -> bytes:
    return "\n".join(["file,vin,box,kind", *rows]).encode()
