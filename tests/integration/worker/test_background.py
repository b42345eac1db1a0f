"""Reading in the background by real workers, however these end."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from labeling.models import (
    ModelVersion,
    Photo,
    Prediction,
    Rereading,
    RereadingItem,
    Shadow,
    ShadowReading,
)
from labeling.operations import model_versions, shadows
from labeling.operations.background import LOST_AFTER
from tests.conftest import People
from tests.processes import TestProcess, wait_for

Upload = Callable[[int], list[Photo]]
Start = Callable[..., TestProcess]

QUEUES = "prediction,maintenance"


def age_claims() -> None:
    """Let what a killed worker had in hand be free at once, instead of a minute later."""
    long_ago = timezone.now() - 2 * LOST_AFTER
    for rows in (ShadowReading.objects, RereadingItem.objects):
        rows.filter(state="claimed").update(claimed_at=long_ago)


def kill_while_it_reads(start_worker: Start, rows: Callable[[], bool]) -> None:
    """A background worker, killed with a photo in hand."""
    worker = start_worker("background-first", queues="background")
    wait_for(rows, seconds=120, what="a photo is read in the background and another one is in hand")
    worker.kill()


def test_a_killed_worker_loses_no_photo_of_a_shadow_and_reads_none_twice(
    upload: Upload,
    start_worker: Start,
    start_beat: Start,
    world: People,
    champion: ModelVersion,
    variant: ModelVersion,
) -> None:
    shadow = shadows.start_shadow(version=variant, by=world.ml_engineer, now=timezone.now(), most_photos=12)
    upload(12)
    start_worker("reader", queues=QUEUES)
    start_beat()

    def is_under_way() -> bool:
        states = set(ShadowReading.objects.values_list("state", flat=True))
        return {"read", "claimed"} <= states

    kill_while_it_reads(start_worker, is_under_way)
    assert ShadowReading.objects.count() == 12
    age_claims()
    start_worker("background-second", queues="background")
    wait_for(
        lambda: Shadow.objects.filter(pk=shadow.pk, end_reason="enough").exists(),
        seconds=180,
        what="the shadow has read all photos",
    )
    assert ShadowReading.objects.filter(state="read").count() == 12
    assert Photo.objects.filter(state="ready").count() == 12
    assert set(Prediction.objects.values_list("model_version", flat=True)) == {champion.pk}
    for row in ShadowReading.objects.select_related("prediction"):
        assert row.vin == row.prediction.vin


def test_a_killed_worker_forgets_no_task_that_is_to_be_read_again(
    upload: Upload, start_worker: Start, start_beat: Start, world: People, variant: ModelVersion
) -> None:
    upload(12)
    start_worker("reader", queues=QUEUES)
    wait_for(lambda: Photo.objects.filter(state="ready").count() == 12, seconds=180, what="all are read")
    model_versions.promote_version(
        version=variant, by=world.ml_engineer, override_reason="The same networks.", now=timezone.now()
    )
    assert Rereading.objects.get().total == 12

    def is_under_way() -> bool:
        return Rereading.objects.get().read > 0 and RereadingItem.objects.filter(state="claimed").exists()

    kill_while_it_reads(start_worker, is_under_way)
    rereading = Rereading.objects.get()
    assert rereading.state == "running"
    assert rereading.read < 12
    age_claims()
    start_beat()
    start_worker("background-second", queues="background")
    wait_for(lambda: Rereading.objects.get().state == "done", seconds=180, what="all are read again")
    assert Rereading.objects.get().read == 12
    assert Prediction.objects.filter(model_version=variant).count() == 12
    assert Photo.objects.filter(state="ready").count() == 12
