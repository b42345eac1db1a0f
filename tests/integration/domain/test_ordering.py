"""In which order people are asked: worth and draw, the job that works the order out, its policy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, transaction

from inference.acquisition import ReasonCode
from inference.appearance import SIZE
from labeling import queue
from labeling.models import Acquisition, AcquisitionOrder, AcquisitionPolicy, AuditEvent, Task
from labeling.operations import acquisitions, leases, ordering, photos
from labeling.operations.acquisition_policies import AcquisitionChanged, InvalidAcquisition
from labeling.operations.inputs import InvalidReason
from labeling.policies import Forbidden, NotFound
from labeling.queries.acquisition import get_order, get_policy, measure_fairly
from tests.integration.domain.test_predictions import promote_another
from tests.integration.domain.workshop import PlainReader, Workshop
from tests.photos import VIN

OTHER = f"{VIN[:8]}X{VIN[9:]}"


def look(number: float) -> tuple[float, ...]:
    """What a line looks like: so far away from others, in one direction."""
    return (number, *(0.0,) * (SIZE - 1))


def open_many(workshop: Workshop, count: int, **reader: Any) -> list[Task]:
    return [
        workshop.open_task(seed, PlainReader(confidence=0.99 - seed / 100, **reader))
        for seed in range(1, count + 1)
    ]


@pytest.fixture
def by_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second photo is drawn where half of them are, and so on: the same one whoever asks again."""
    drawn: dict[tuple[str, object], float] = {}

    def draw(_: Any, purpose: str, about: object) -> float:
        return drawn.setdefault((purpose, about), (len(drawn) % 4 + 0.5) / 4)

    monkeypatch.setattr(acquisitions, "draw_for", draw)


def list_priorities(tasks: list[Task]) -> list[float]:
    found = Task.objects.in_bulk([task.pk for task in tasks])
    return [found[task.pk].priority for task in tasks]


class TestReading:
    """What the reading of a photo writes."""

    def test_a_task_says_why_it_comes(self, workshop: Workshop) -> None:
        task = workshop.open_task(1, PlainReader(second=OTHER))
        assert [(reason.code, reason.positions) for reason in task.reasons] == [(ReasonCode.DIFFERING, (8,))]
        assert (task.acquisition.selected_by, task.acquisition.novelty) == ("worth", None)

    def test_disagreement_and_doubt_come_before_what_is_sure(self, workshop: Workshop) -> None:
        sure = workshop.open_task(1, PlainReader(confidence=0.98))
        doubted = workshop.open_task(2, PlainReader(confidence=0.5))
        torn = workshop.open_task(3, PlainReader(confidence=0.5, second=OTHER))
        claimed = []
        for person in (workshop.people.annotator, workshop.people.reviewer, workshop.people.admin):
            lease = leases.claim_next_task(
                project=workshop.people.project, holder=person, kind="annotate", now=workshop.now
            )
            claimed.append(lease and lease.task)
        assert claimed == [torn, doubted, sure]

    def test_a_manager_comes_first(self, workshop: Workshop) -> None:
        raised, doubted = (workshop.open_task(1, PlainReader(confidence=0.99)), workshop.open_task(2))
        Task.objects.filter(pk=raised.pk).update(priority=raised.priority + Task.LEVEL)
        workshop.order()
        assert Task.objects.order_by("-priority").first() == raised
        assert Task.objects.get(pk=raised.pk).level == 1
        assert Task.objects.get(pk=doubted.pk).level == 0

    def test_reading_again_weighs_again_and_draws_the_same(self, workshop: Workshop, by_turns: None) -> None:
        workshop.set_order(random_share=0.5)
        tasks = open_many(workshop, 8)
        drawn = dict(Acquisition.objects.values_list("task", "selected_by"))
        assert set(drawn.values()) == {"worth", "random"}
        promote_another(workshop)
        for task in tasks:
            photos.reread_photo(photo=task.photo, by=workshop.people.annotator, now=workshop.now)
            workshop.read(task.photo, PlainReader(confidence=0.2))
        assert dict(Acquisition.objects.values_list("task", "selected_by")) == drawn
        assert set(Acquisition.objects.values_list("uncertainty", flat=True)) == {0.8}

    def test_what_was_begun_keeps_why_it_came(self, workshop: Workshop) -> None:
        task = workshop.open_task(1, PlainReader(second=OTHER))
        before = Acquisition.objects.values().get()
        workshop.annotate(task)
        workshop.set_order(random_share=1)
        workshop.order()
        assert Acquisition.objects.values().get() == before


class TestOrder:
    """What the job does."""

    def test_what_is_like_a_label_comes_later(self, workshop: Workshop) -> None:
        labeled = workshop.open_task(1, PlainReader(appearance=look(0.0)))
        workshop.annotate(labeled)
        workshop.review(labeled)
        alike = workshop.open_task(2, PlainReader(appearance=look(0.1)))
        unlike = workshop.open_task(3, PlainReader(appearance=look(9.0)))
        assert alike.priority == unlike.priority
        assert workshop.order() == 2
        first, second = list_priorities([unlike, alike])
        assert first > second
        novelties = dict(Acquisition.objects.filter(task__in=[alike, unlike]).values_list("task", "novelty"))
        assert novelties[unlike.pk] == 1.0
        assert novelties[alike.pk] < 0.1
        order = get_order(project=workshop.people.project)
        assert (order.tasks, order.labels, order.ordered_at, order.nudge_at) == (2, 1, workshop.now, None)

    def test_of_two_alike_one_is_asked_first(self, workshop: Workshop) -> None:
        twins = [workshop.open_task(seed, PlainReader(appearance=look(5.0))) for seed in (1, 2)]
        other = workshop.open_task(3, PlainReader(appearance=look(0.0)))
        workshop.order()
        first, second, third = sorted(list_priorities([*twins, other]), reverse=True)
        assert first == second > third
        assert Task.objects.order_by("priority").first() in twins

    def test_once_more_changes_nothing(self, workshop: Workshop) -> None:
        open_many(workshop, 4, appearance=look(1.0))
        assert workshop.order() == 4
        assert workshop.order() == 0

    def test_a_share_comes_at_random_evenly_and_by_its_draw(self, workshop: Workshop, by_turns: None) -> None:
        workshop.set_order(random_share=0.5)
        tasks = open_many(workshop, 12)
        workshop.order()
        drawn = set(Acquisition.objects.filter(selected_by="random").values_list("task", flat=True))
        assert 0 < len(drawn) < 12
        worths = [p for task, p in zip(tasks, list_priorities(tasks), strict=True) if task.pk not in drawn]
        placed = [p for task, p in zip(tasks, list_priorities(tasks), strict=True) if task.pk in drawn]
        least, most = min(worths) - ordering._NOTICEABLE, max(worths) + ordering._NOTICEABLE
        assert least <= min(placed) <= max(placed) <= most
        assert [reason.code for reason in Task.objects.get(pk=next(iter(drawn))).reasons] == ["random"]

    def test_a_smaller_share_lets_go_and_a_larger_one_takes_nothing_that_waits(
        self, workshop: Workshop
    ) -> None:
        workshop.set_order(random_share=1)
        open_many(workshop, 6)
        workshop.set_order(random_share=0)
        workshop.order()
        assert set(Acquisition.objects.values_list("selected_by", flat=True)) == {"worth"}
        workshop.set_order(random_share=1)
        workshop.order()
        assert set(Acquisition.objects.values_list("selected_by", flat=True)) == {"worth"}
        assert workshop.open_task(7).acquisition.selected_by == "random"

    def test_other_weights_give_another_order(self, workshop: Workshop) -> None:
        torn = workshop.open_task(1, PlainReader(confidence=0.95, second=OTHER))
        doubted = workshop.open_task(2, PlainReader(confidence=0.6))
        for rules, first in (({"disagreement": 0}, doubted), ({"disagreement": 1, "uncertainty": 0}, torn)):
            workshop.set_order(novelty=0, **rules)
            workshop.order()
            assert Task.objects.order_by("-priority").first() == first

    def test_what_was_read_before_worths_were_kept_is_measured(self, workshop: Workshop) -> None:
        task = workshop.open_task(1, PlainReader(confidence=0.6))
        Acquisition.objects.all().delete()
        Task.objects.update(priority=0.99)
        assert workshop.order() == 1
        assert list_priorities([task]) == [pytest.approx(0.5 * 0.4 + 0.25 * 0.5)]

    def test_more_than_one_step_is_written(self, workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ordering, "STEP", 2)
        monkeypatch.setattr(ordering, "MEASURED_AT_ONCE", 3)
        open_many(workshop, 5)
        Acquisition.objects.all().delete()
        Task.objects.update(priority=0.99)
        assert workshop.order() == 3
        assert get_order(project=workshop.people.project).nudge_at == workshop.now
        assert workshop.order() == 2
        assert get_order(project=workshop.people.project).nudge_at is None

    def test_a_task_that_somebody_takes_meanwhile_stays(
        self, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task = workshop.open_task(1, PlainReader(appearance=look(1.0)))
        rank = ordering._rank

        def take_and_rank(*columns: Any) -> None:
            workshop.claim(task, workshop.people.annotator)
            rank(*columns)

        monkeypatch.setattr(ordering, "_rank", take_and_rank)
        assert workshop.order() == 0
        assert list_priorities([task]) == [task.priority]


class TestWhen:
    """When the job is asked for."""

    @pytest.fixture
    def sent(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        names: list[str] = []
        monkeypatch.setattr(queue, "send", lambda name, kwargs, **_: names.append(name) or True)
        return names

    def test_photos_that_were_read_are_ordered_soon(self, workshop: Workshop, sent: list[str]) -> None:
        workshop.open_task(1)
        workshop.open_task(2)
        workshop.order()
        workshop.open_task(3)
        assert ordering.sweep_orders(now=workshop.later(seconds=30)) == 0
        assert ordering.sweep_orders(now=workshop.later(minutes=2)) == 1
        assert sent.count(queue.ORDER_TASKS) == 1
        assert ordering.sweep_orders(now=workshop.later(minutes=3)) == 0
        assert ordering.sweep_orders(now=workshop.later(minutes=30)) == 1

    def test_who_asks_while_the_job_is_on_it_is_answered(
        self, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        workshop.open_task(1)
        rank = ordering._rank

        def ask_and_rank(*columns: Any) -> None:
            ordering.ask_for_order(project=workshop.people.project, now=workshop.now, after=ordering.SOON)
            rank(*columns)

        monkeypatch.setattr(ordering, "_rank", ask_and_rank)
        workshop.order()
        assert get_order(project=workshop.people.project).nudge_at == workshop.now + ordering.SOON

    def test_enough_new_labels_are_worth_a_new_order(
        self, workshop: Workshop, sent: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ordering, "ENOUGH_LABELS", 2)
        tasks = open_many(workshop, 3)
        workshop.order()
        for task, expected in ((tasks[0], None), (tasks[1], workshop.later(minutes=3))):
            Task.objects.filter(pk=task.pk).update(state="accepted", updated_at=workshop.later(minutes=1))
            ordering.sweep_orders(now=workshop.later(minutes=2))
            assert get_order(project=workshop.people.project).nudge_at == expected

    def test_another_champion_is_a_new_order(
        self, workshop: Workshop, django_capture_on_commit_callbacks: Any, sent: list[str]
    ) -> None:
        AcquisitionOrder.objects.update(nudge_at=None)
        with django_capture_on_commit_callbacks(execute=True):
            workshop.set_order(novelty=0.5)
        assert queue.ORDER_TASKS in sent
        assert get_order(project=workshop.people.project).nudge_at == workshop.now

    def test_a_project_without_photos_has_no_order(self, workshop: Workshop) -> None:
        AcquisitionOrder.objects.all().delete()
        assert workshop.order() == 0


class TestPolicy:
    def test_versions_stay_with_who_and_why(self, workshop: Workshop) -> None:
        made = workshop.set_order(novelty=0.5, reason="Many new makers.")
        assert (made.number, made.made_by, made.reason) == (
            2,
            workshop.people.ml_engineer,
            "Many new makers.",
        )
        assert get_policy(project=workshop.people.project) == made
        event = AuditEvent.objects.get(verb="acquisition.set")
        assert (event.actor, event.data["novelty"]) == (workshop.people.ml_engineer, 0.5)
        assert workshop.set_order() == made
        assert AcquisitionPolicy.objects.count() == 2

    def test_they_are_history(self, workshop: Workshop) -> None:
        with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
            AcquisitionPolicy.objects.update(novelty=0.1)

    @pytest.mark.parametrize(
        ("rules", "field"),
        [
            ({"novelty": 1.5}, "novelty"),
            ({"random_share": -0.1}, "random_share"),
            ({"legibility": float("nan")}, "legibility"),
            ({"uncertainty": 0, "disagreement": 0, "novelty": 0}, "uncertainty"),
        ],
    )
    def test_what_cannot_be_is_refused(self, workshop: Workshop, rules: dict[str, float], field: str) -> None:
        with pytest.raises(InvalidAcquisition) as refusal:
            workshop.set_order(**rules)
        assert set(refusal.value.fields) == {field}

    def test_a_reason_is_needed_and_an_old_look_is_told(self, workshop: Workshop) -> None:
        with pytest.raises(InvalidReason):
            workshop.set_order(novelty=0.5, reason="  ")
        with pytest.raises(AcquisitionChanged):
            workshop.set_order(novelty=0.5, replaces=0)

    def test_only_those_who_train_set_it(self, workshop: Workshop) -> None:
        for person in (workshop.people.annotator, workshop.people.reviewer):
            with pytest.raises(Forbidden):
                workshop.set_order(by=person, novelty=0.5)
        with pytest.raises(NotFound):
            workshop.set_order(by=workshop.people.outsider, novelty=0.5)


class TestFairMeasure:
    def test_it_counts_what_was_drawn_at_random_and_accepted(self, workshop: Workshop) -> None:
        workshop.set_order(random_share=1)
        workshop.accept(1)
        workshop.accept(2, text=OTHER)
        workshop.open_task(3)
        workshop.set_order(random_share=0)
        workshop.accept(4)
        assert workshop.version is not None
        fair = measure_fairly(version=workshop.version)
        assert (fair.right, fair.photos, fair.share) == (1, 2, 0.5)
        assert fair.interval == pytest.approx((0.094531, 0.905469), abs=1e-4)

    def test_what_a_manager_chose_does_not_count(self, workshop: Workshop) -> None:
        workshop.set_order(random_share=1)
        task = workshop.open_task(1)
        Task.objects.filter(pk=task.pk).update(priority=task.priority + Task.LEVEL)
        workshop.annotate(task)
        workshop.review(task)
        assert workshop.version is not None
        assert measure_fairly(version=workshop.version).photos == 0


def test_however_many_wait_the_statements_are_few(
    workshop: Workshop, django_assert_max_num_queries: Any
) -> None:
    open_many(workshop, 6, appearance=look(float(np.pi)))
    with django_assert_max_num_queries(16):
        workshop.order()
