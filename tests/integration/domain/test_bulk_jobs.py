"""Long bulk actions: steps, shifts, workers that die, stopping, the sweep."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from labeling import queue
from labeling.models import AuditEvent, BulkAction, Task
from labeling.operations import bulk
from labeling.states import TaskState
from tests.integration.domain.test_bulk import act, undo
from tests.integration.domain.test_lease_races import add_tasks
from tests.integration.domain.workshop import Workshop


class Clock:
    """Time that goes on by half a second whenever somebody looks."""

    def __init__(self, start: datetime) -> None:
        self.time = start

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=500)
        return self.time


@pytest.fixture
def long_action(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> BulkAction:
    """Nine tasks in steps of two, left to a job: the web process does nothing of it."""
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk, "STEP", 2)
    monkeypatch.setattr(queue, "send", lambda *_, **__: True)
    add_tasks(workshop, 9)
    action = act(workshop, "raise")
    assert (action.state, action.total, action.changed) == ("queued", 9, 0)
    return action


class TestJob:
    def test_a_worker_that_dies_in_the_middle_of_a_step_loses_that_step_alone(
        self, workshop: Workshop, long_action: BulkAction, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps = 0
        honest = bulk.bulk_changes.apply

        def die_in_the_third(*arguments: Any) -> int:
            nonlocal steps
            steps += 1
            changed = honest(*arguments)
            if steps == 3:
                raise SystemExit
            return changed

        monkeypatch.setattr(bulk.bulk_changes, "apply", die_in_the_third)
        with pytest.raises(SystemExit):
            bulk.execute_bulk_action(action_id=long_action.pk, now=Clock(workshop.now))
        assert Task.objects.filter(priority__gt=5).count() == 4
        done = bulk.execute_bulk_action(action_id=long_action.pk, now=Clock(workshop.later(minutes=1)))
        assert done is not None
        assert (done.state, done.done, done.changed) == ("done", 9, 9)
        assert {task.level for task in Task.objects.all()} == {1}
        assert AuditEvent.objects.filter(verb="task.raised").count() == 9

    def test_a_second_message_changes_nothing(self, workshop: Workshop, long_action: BulkAction) -> None:
        bulk.execute_bulk_action(action_id=long_action.pk, now=Clock(workshop.now))
        assert bulk.execute_bulk_action(action_id=long_action.pk, now=Clock(workshop.now)) is None
        assert {task.level for task in Task.objects.all()} == {1}

    def test_what_changed_while_it_waited_is_left(self, workshop: Workshop, long_action: BulkAction) -> None:
        task = Task.objects.order_by("pk").first()
        assert task is not None
        Task.objects.filter(pk=task.pk).update(state=TaskState.ACCEPTED)
        done = bulk.execute_bulk_action(action_id=long_action.pk, now=Clock(workshop.now))
        assert done is not None
        assert (done.done, done.changed) == (9, 8)
        task.refresh_from_db()
        assert task.level == 0

    def test_a_shift_ends_and_asks_for_the_next(
        self, workshop: Workshop, long_action: BulkAction, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent: list[str] = []
        monkeypatch.setattr(queue, "send", lambda name, kwargs, **_: sent.append(name) or True)
        monkeypatch.setattr(bulk, "SHIFT", timedelta(seconds=4))
        action = bulk.execute_bulk_action(action_id=long_action.pk, now=Clock(workshop.now))
        assert action is not None
        assert action.state == "running"
        assert 0 < action.done < 9
        assert sent == [queue.EXECUTE_BULK_ACTION]

    def test_it_can_be_stopped_and_undone(
        self, workshop: Workshop, long_action: BulkAction, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bulk, "SHIFT", timedelta(seconds=4))
        action = bulk.execute_bulk_action(action_id=long_action.pk, now=Clock(workshop.now))
        assert action is not None
        bulk.stop_bulk_action(action=action, by=workshop.people.admin, now=workshop.now)
        assert bulk.execute_bulk_action(action_id=action.pk, now=Clock(workshop.now)) is None
        changed = action.changed
        undo(workshop, action)
        monkeypatch.setattr(bulk, "SHIFT", timedelta(seconds=60))
        undone = bulk.execute_bulk_action(action_id=action.pk, now=Clock(workshop.later(minutes=10)))
        assert undone is not None
        assert (undone.state, undone.undone) == ("undone", changed)
        assert {task.level for task in Task.objects.all()} == {0}

    def test_the_sweep_asks_again_for_what_no_worker_goes_on_with(
        self, workshop: Workshop, long_action: BulkAction
    ) -> None:
        asked_at = workshop.later(minutes=1)
        assert bulk.sweep_bulk_actions(now=asked_at + timedelta(seconds=29)) == 0
        assert bulk.sweep_bulk_actions(now=asked_at + timedelta(seconds=31)) == 1
        assert bulk.sweep_bulk_actions(now=asked_at + timedelta(seconds=32)) == 0
