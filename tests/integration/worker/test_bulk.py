"""Actions on many tasks by real workers, however these end."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from labeling.models import AuditEvent, BulkAction, BulkItem, Task
from labeling.operations import bulk
from labeling.queries.task_filters import TaskFilter
from tests.conftest import People
from tests.integration.domain.test_lease_races import add_tasks
from tests.integration.domain.workshop import Workshop
from tests.processes import TestProcess, wait_for

MANY = 10_000


def test_a_killed_worker_changes_no_task_twice_and_forgets_none(
    world: People, start_worker: Callable[..., TestProcess], start_beat: Callable[..., TestProcess]
) -> None:
    now = timezone.now()
    add_tasks(Workshop(world, now), MANY)
    action = bulk.request_bulk_action(
        project=world.project, kind="raise", wanted=TaskFilter(), by=world.admin, confirmed=MANY, now=now
    )

    def current() -> BulkAction:
        return BulkAction.objects.get(pk=action.pk)

    first = start_worker("first")
    wait_for(lambda: current().changed >= 2 * bulk.STEP, seconds=60, what="two steps are taken")
    first.kill()
    left = current()
    assert left.state == "running"
    assert left.changed < MANY
    # The sweep asks again half a minute after the last step; the test does not wait for that.
    BulkAction.objects.filter(pk=action.pk).update(nudge_at=timezone.now())
    start_worker("second")
    start_beat()
    wait_for(lambda: current().state == "done", seconds=120, what="the action is done")
    assert (current().done, current().changed) == (MANY, MANY)
    assert Task.objects.filter(priority__gte=10, priority__lt=11).count() == MANY
    assert BulkItem.objects.filter(action=action, outcome="changed").count() == MANY
    assert AuditEvent.objects.filter(verb="task.raised").count() == MANY
