"""Bulk actions: what is chosen, what is changed, what is undone, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from labeling import queue
from labeling.models import AuditEvent, BulkAction, BulkItem, BulkKind, Membership, Task, User
from labeling.operations import annotations, bulk, leases, members
from labeling.operations.tasks import open_task
from labeling.policies import Forbidden, NotFound
from labeling.queries.bulk import list_kinds
from labeling.queries.task_filters import OPEN_STATES, TaskFilter
from labeling.states import IllegalTransition
from tests.conftest import People
from tests.integration.domain.test_lease_races import add_tasks
from tests.integration.domain.workshop import Workshop

EVERYTHING = TaskFilter()
OPEN = TaskFilter(states=OPEN_STATES)


def act(workshop: Workshop, kind: str, wanted: TaskFilter = EVERYTHING, **options: Any) -> BulkAction:
    values = {"by": workshop.people.admin, "confirmed": 10_000, "now": workshop.later(minutes=1)}
    return bulk.request_bulk_action(
        project=workshop.people.project, kind=kind, wanted=wanted, **(values | options)
    )


def undo(workshop: Workshop, action: BulkAction, by: User | None = None) -> BulkAction:
    return bulk.undo_bulk_action(action=action, by=by or workshop.people.admin, now=workshop.later(minutes=9))


def skip(workshop: Workshop, task: Task, reason: str = "No VIN in it") -> Task:
    lease = workshop.claim(task, workshop.people.annotator)
    return annotations.skip_task(
        lease_id=lease.pk, holder=workshop.people.annotator, reason=reason, now=workshop.now
    )


def rows() -> list[tuple[Any, ...]]:
    return list(
        Task.objects.order_by("pk").values_list("state", "assignee__username", "priority", "skip_reason")
    )


class TestKinds:
    def test_assign_and_unassign(self, workshop: Workshop) -> None:
        add_tasks(workshop, 3)
        annotator = workshop.people.annotator
        action = act(workshop, "assign", assignee=annotator)
        assert (action.state, action.total, action.changed) == ("done", 3, 3)
        assert {task.assignee for task in Task.objects.all()} == {annotator}
        with pytest.raises(bulk.NothingMatches):
            act(workshop, "assign", assignee=annotator)
        assert act(workshop, "unassign").changed == 3
        assert not Task.objects.exclude(assignee=None).exists()

    def test_raise_and_lower_change_the_order_and_keep_the_doubt(self, workshop: Workshop) -> None:
        sure, doubted = add_tasks(workshop, 2)
        act(workshop, "raise", TaskFilter(ids=(str(sure.pk),)))
        first = leases.claim_next_task(
            project=workshop.people.project,
            holder=workshop.people.annotator,
            kind="annotate",
            now=workshop.now,
        )
        assert first is not None
        assert first.task_id == sure.pk
        assert (first.task.level, first.task.priority) == (1, sure.priority + Task.LEVEL)
        act(workshop, "lower", TaskFilter(ids=(str(doubted.pk),)))
        doubted.refresh_from_db()
        assert doubted.level == -1

    def test_a_raised_task_stays_raised_when_its_photo_is_read_again(self, workshop: Workshop) -> None:
        task = workshop.open_task()
        act(workshop, "raise")
        open_task(photo=task.photo, priority=0.25, now=workshop.later(minutes=2))
        task.refresh_from_db()
        assert task.priority == 0.25 + Task.LEVEL

    def test_skipped_ones_are_put_back_by_a_reviewer(self, workshop: Workshop) -> None:
        skip(workshop, workshop.open_task(1))
        waiting = workshop.open_task(2)
        action = act(workshop, "put_back", by=workshop.people.reviewer)
        assert (action.total, action.changed) == (1, 1)
        assert {(task.state, task.skip_reason) for task in Task.objects.all()} == {("new", "")}
        waiting.refresh_from_db()
        assert waiting.updated_at == workshop.now

    def test_photos_are_read_again_little_by_little(
        self, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent: list[str] = []
        monkeypatch.setattr(queue, "send", lambda name, kwargs, **_: sent.append(name) or True)
        task = workshop.open_task()
        action = act(workshop, "reread")
        task.photo.refresh_from_db()
        assert (task.photo.state, task.photo.nudge_at) == ("queued", workshop.later(minutes=1))
        assert sent == []
        with pytest.raises(bulk.CannotUndo):
            undo(workshop, action)

    def test_what_is_finished_is_left_alone(self, workshop: Workshop) -> None:
        workshop.accept(1)
        for kind in ("raise", "lower", "unassign", "put_back"):
            with pytest.raises(bulk.NothingMatches):
                act(workshop, kind)


class TestSelection:
    @pytest.mark.parametrize(
        ("wanted", "count"),
        [
            (TaskFilter(states=("new",)), 9),
            (TaskFilter(states=("skipped",)), 1),
            (TaskFilter(states=("skipped",), reason="No VIN in it"), 1),
            (TaskFilter(states=("skipped",), reason="No VIN"), 0),
            (TaskFilter(level="raised"), 1),
            (TaskFilter(level="normal"), 8),
            (TaskFilter(level="lowered"), 1),
            (TaskFilter(assignee="annotator"), 2),
            (TaskFilter(assignee="-"), 8),
            (TaskFilter(min_confidence=0.5), 5),
            (TaskFilter(max_confidence=0.5), 4),
            (TaskFilter(min_confidence=0.9, max_confidence=1.0), 1),
            (TaskFilter(min_age=3), 7),
            (TaskFilter(source="human"), 0),
            (TaskFilter(states=("new",), assignee="annotator", min_confidence=0.1), 1),
        ],
        ids=lambda value: str(value.to_json()) if isinstance(value, TaskFilter) else "",
    )
    def test_every_filter_is_counted_as_it_acts(
        self, workshop: Workshop, wanted: TaskFilter, count: int
    ) -> None:
        tasks = add_tasks(workshop, 10)
        for number, task in enumerate(tasks):
            task.photo.vin_source, task.confidence = "prediction", number / 10 or None
            task.photo.save()
            task.created_at -= timedelta(days=number)
            task.priority = 0.5 + {1: 10, 2: -10}.get(number, 0)
            task.assignee = workshop.people.annotator if number < 2 else None
            task.save()
        Task.objects.filter(pk=tasks[9].pk).update(state="skipped", skip_reason="No VIN in it")
        counted = bulk.count_bulk(
            project=workshop.people.project,
            kind="raise",
            wanted=wanted,
            by=workshop.people.admin,
            now=workshop.now,
        )
        assert (counted.matching, counted.changing) == (count, count)
        if count:
            assert act(workshop, "raise", wanted, now=workshop.now).changed == count
        assert TaskFilter.from_json(wanted.to_json()) == wanted

    def test_ticked_tasks_of_another_project_are_not_found(
        self, workshop: Workshop, other_people: People
    ) -> None:
        foreign = Workshop(other_people, workshop.now)
        (task,) = add_tasks(foreign, 1)
        with pytest.raises(bulk.NothingMatches):
            act(workshop, "raise", TaskFilter(ids=(str(task.pk),)))

    def test_more_than_was_agreed_to_is_refused_and_fewer_are_not(self, workshop: Workshop) -> None:
        add_tasks(workshop, 4)
        with pytest.raises(bulk.MoreThanConfirmed) as refusal:
            act(workshop, "raise", confirmed=3)
        assert refusal.value.fields == {"count": 4}
        assert not BulkAction.objects.exists()
        assert not BulkItem.objects.exists()
        assert act(workshop, "raise", confirmed=5).changed == 4


class TestUndo:
    @pytest.mark.parametrize("kind", ["assign", "unassign", "raise", "lower", "put_back"])
    def test_everything_is_as_it_was(self, workshop: Workshop, kind: str) -> None:
        add_tasks(workshop, 3)
        Task.objects.update(priority=0.3)
        skip(workshop, workshop.open_task(7))
        act(workshop, "assign", TaskFilter(states=("new",)), assignee=workshop.people.reviewer)
        before = rows()
        options = {"assignee": workshop.people.annotator} if kind == "assign" else {}
        action = act(workshop, kind, now=workshop.later(minutes=2), **options)
        assert rows() != before
        undone = undo(workshop, action)
        assert rows() == before
        assert (undone.state, undone.undone) == ("undone", undone.changed)

    def test_what_somebody_touched_since_stays_and_is_counted(self, workshop: Workshop) -> None:
        first, second, _ = add_tasks(workshop, 3)
        action = act(workshop, "raise")
        workshop.claim(first, workshop.people.annotator, at=workshop.later(minutes=2))
        act(workshop, "lower", TaskFilter(ids=(str(second.pk),)), now=workshop.later(minutes=3))
        undone = undo(workshop, action)
        assert (undone.changed, undone.undone) == (3, 1)
        first.refresh_from_db()
        assert first.level == 1

    def test_it_happens_once(self, workshop: Workshop) -> None:
        add_tasks(workshop, 1)
        action = act(workshop, "raise")
        undo(workshop, action)
        action.refresh_from_db()
        with pytest.raises(IllegalTransition):
            undo(workshop, action)
        assert Task.objects.get().level == 0

    def test_nothing_goes_back_to_somebody_who_left(self, workshop: Workshop) -> None:
        add_tasks(workshop, 2)
        act(workshop, "assign", assignee=workshop.people.annotator)
        action = act(workshop, "unassign", now=workshop.later(minutes=2))
        membership = Membership.objects.get(user=workshop.people.annotator)
        members.remove_member(membership=membership, by=workshop.people.admin, now=workshop.later(minutes=3))
        undo(workshop, action)
        assert not Task.objects.exclude(assignee=None).exists()


class TestPermission:
    def test_who_may_ask_for_what(self, workshop: Workshop) -> None:
        project, people = workshop.people.project, workshop.people
        assert set(list_kinds(project=project, user=people.admin)) == set(BulkKind)
        assert list_kinds(project=project, user=people.reviewer) == [BulkKind.PUT_BACK]
        for person in (people.annotator, people.ml_engineer, people.outsider):
            assert list_kinds(project=project, user=person) == []

    @pytest.mark.parametrize("kind", BulkKind)
    def test_nobody_else_does_it_or_undoes_it(self, workshop: Workshop, kind: BulkKind) -> None:
        skip(workshop, workshop.open_task())
        options = {"assignee": workshop.people.annotator} if kind == "assign" else {}
        strangers = {"annotator": Forbidden, "ml_engineer": Forbidden, "outsider": NotFound}
        strangers |= {} if kind == "put_back" else {"reviewer": Forbidden}
        before = rows()
        for name, refusal in strangers.items():
            with pytest.raises(refusal):
                act(workshop, kind, by=getattr(workshop.people, name), **options)
        assert rows() == before
        if kind == "unassign":
            act(workshop, "assign", assignee=workshop.people.annotator)
        action = act(workshop, kind, **options)
        for name, refusal in strangers.items():
            with pytest.raises(refusal):
                undo(workshop, action, by=getattr(workshop.people, name))

    @pytest.mark.parametrize("name", ["ml_engineer", "outsider"])
    def test_work_goes_to_those_who_may_do_it(self, workshop: Workshop, name: str) -> None:
        add_tasks(workshop, 1)
        with pytest.raises(bulk.InvalidAssignee):
            act(workshop, "assign", assignee=getattr(workshop.people, name))
        with pytest.raises(bulk.InvalidAssignee):
            act(workshop, "assign")
        with pytest.raises(bulk.InvalidAssignee):
            act(workshop, "raise", assignee=workshop.people.annotator)

    @pytest.mark.parametrize("leave", ["removed", "ml_engineer"])
    def test_what_waited_for_somebody_who_leaves_waits_for_anybody(
        self, workshop: Workshop, leave: str
    ) -> None:
        add_tasks(workshop, 2)
        act(workshop, "assign", assignee=workshop.people.annotator)
        membership = Membership.objects.get(user=workshop.people.annotator)
        change: dict[str, Any] = {"membership": membership, "by": workshop.people.admin, "now": workshop.now}
        if leave == "removed":
            members.remove_member(**change)
        else:
            members.change_role(**change, role=leave)
        assert not Task.objects.exclude(assignee=None).exists()
        assert AuditEvent.objects.latest("id").data["unassigned"] == 2


class TestAudit:
    def test_every_task_and_the_action_have_their_events(self, workshop: Workshop) -> None:
        tasks = add_tasks(workshop, 2)
        action = act(workshop, "raise")
        undo(workshop, action)
        of_tasks = AuditEvent.objects.filter(object_id__in=[str(task.pk) for task in tasks])
        assert sorted(of_tasks.values_list("verb", flat=True)) == ["task.raised"] * 2 + ["task.restored"] * 2
        assert {event.actor for event in of_tasks} == {workshop.people.admin}
        assert {event.data["bulk_action"] for event in of_tasks} == {str(action.pk)}
        of_action = AuditEvent.objects.filter(object_id=str(action.pk)).order_by("id")
        assert list(of_action.values_list("verb", flat=True)) == [
            "bulk_action.begun",
            "bulk_action.done",
            "bulk_action.undo_requested",
            "bulk_action.undone",
        ]
