"""No photo and no vehicle that a version is tested on may have taught it, and no revoked label may teach."""

from __future__ import annotations

from inference.snapshot import Snapshot
from labeling.models import DatasetSnapshot, ModelVersion, SnapshotItem, VehicleInTest
from labeling.operations.transitions import Conflict
from labeling.queries.pseudo_rounds import find_lineage, list_revoked_in


class LeakedTestSplit(Conflict):
    """The network has learned, or would learn, from what it is to be tested on."""

    code = "leaked_test_split"


class RevokedLabels(Conflict):
    """The snapshot holds labels of a round that was revoked since it was frozen."""

    code = "revoked_labels"


def check_no_leak(*, snapshot: DatasetSnapshot, base: ModelVersion) -> None:
    """Compare the test split with what the run will learn from, and with what its base learned from.

    What the run will learn from must not hold a vehicle that is in test anywhere in the project either.
    Raises LeakedTestSplit.
    """
    learned = SnapshotItem.objects.filter(
        snapshot__in={snapshot.pk, *find_lineage(base)}, split__in=["train", "validation"]
    )
    tested = SnapshotItem.objects.filter(snapshot=snapshot, split="test")
    vehicles = tested.filter(vin__in=learned.values("vin"))
    photos = tested.filter(photo__in=learned.values("photo"))
    leaked = (vehicles | photos).count()
    if leaked:
        raise LeakedTestSplit(
            f"{leaked} test photos of {snapshot.name} have taught {base.name} or would teach its successor. "
            "Freeze a new snapshot: it leaves them out."
        )
    _check_kept_apart(snapshot)


def check_file(document: Snapshot) -> None:
    """The same of the file that is learned from, whatever the rows say. Raises LeakedTestSplit."""
    tested = document.split("test")
    learned = (*document.split("train"), *document.split("validation"))
    photos = {item.photo for item in tested} & {item.photo for item in learned}
    vehicles = {item.vin for item in tested} & {item.vin for item in learned}
    if photos or vehicles:
        raise LeakedTestSplit(
            f"The file of {document.name} tests on {len(photos) or len(vehicles)} photos or vehicles that it "
            "also teaches. Freeze a new snapshot."
        )


def _check_kept_apart(snapshot: DatasetSnapshot) -> None:
    kept = VehicleInTest.objects.filter(project=snapshot.project_id)
    wrong = SnapshotItem.objects.filter(snapshot=snapshot, vin__in=kept.values("vin")).exclude(split="test")
    if count := wrong.count():
        raise LeakedTestSplit(
            f"{count} photos of {snapshot.name} would teach though their vehicle is in test. Freeze a new "
            "snapshot: it puts them where they belong."
        )


def check_labels_stand(*, snapshot: DatasetSnapshot) -> None:
    """Raises RevokedLabels."""
    if revoked := list_revoked_in(snapshot):
        rounds = ", ".join(each.name for each in revoked)
        raise RevokedLabels(
            f"{snapshot.name} holds pseudo-labels that were revoked since ({rounds}). Freeze a new snapshot: "
            "it leaves them out."
        )
