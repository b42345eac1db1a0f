"""What is in service changes under the eyes of workers that run, and whoever changes it may be killed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from labeling.models import ModelVersion, Photo, Prediction, Promotion
from labeling.operations import model_versions
from labeling.queries.champions import get_champion
from tests.conftest import People
from tests.processes import BUSY, TestProcess, wait_for

Upload = Callable[[int], list[Photo]]
Start = Callable[..., TestProcess]


def read(photos: list[Photo]) -> set[int]:
    """The numbers of the versions that read these photos, once all are read."""
    readings = Prediction.objects.filter(photo__in=photos)
    wait_for(lambda: readings.count() == len(photos), seconds=60, what="the photos are read")
    return set(readings.values_list("model_version__number", flat=True))


def has_read(worker: TestProcess) -> bool:
    return "vinloop.predict_photo" in worker.log.read_text()


def test_promotion_and_rollback_take_effect_in_all_running_workers(
    upload: Upload, start_worker: Start, world: People, champion: ModelVersion, variant: ModelVersion
) -> None:
    workers = [start_worker("one"), start_worker("two")]
    assert read(upload(8)) == {champion.number}
    assert all(map(has_read, workers)), "one of the workers has no old version loaded"
    model_versions.promote_version(
        version=variant, by=world.ml_engineer, override_reason="The same networks.", now=timezone.now()
    )
    assert read(upload(8)) == {variant.number}
    model_versions.rollback(project=world.project, by=world.ml_engineer, now=timezone.now())
    assert read(upload(8)) == {champion.number}


def is_held_up() -> bool:
    """Whether a process waits for a row that somebody else has locked."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # in a transaction, the first look would be kept
        cursor.execute(f"{waiting} AND datname = current_database()")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("is_rollback", [False, True], ids=["promotion", "rollback"])
def test_one_that_is_killed_half_way_changes_nothing_and_can_be_done_again(
    world: People, champion: ModelVersion, variant: ModelVersion, tmp_path: Path, is_rollback: bool
) -> None:
    """The old version is out of service in the killed transaction, and the new one not yet in."""
    before, after = champion, variant
    if is_rollback:
        model_versions.promote_version(
            version=variant, by=world.ml_engineer, override_reason="Try.", now=timezone.now()
        )
        before, after = variant, champion
    what = ["--rollback"] if is_rollback else ["--model-version", variant.name, "--reason", "Try."]
    people = ["--project", world.project.slug, "--by", world.ml_engineer.username]
    command = ["manage.py", "promote_version", *people, *what]
    promotions = Promotion.objects.count()
    with transaction.atomic():
        ModelVersion.objects.select_for_update().get(pk=after.pk)
        process = TestProcess("killed", command, log=tmp_path / "killed.log")
        process.wait_until(is_held_up, seconds=60 * BUSY)
        process.kill()
    assert get_champion(world.project) == before
    assert Promotion.objects.count() == promotions
    again = TestProcess("again", command, log=tmp_path / "again.log")
    assert again.process.wait(timeout=60 * BUSY) == 0
    assert get_champion(world.project) == after
