"""Many people claim at once: the database gives each task to one of them."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from labeling.models import Lease, Membership, Photo, Task, User
from labeling.operations import leases
from tests.integration.domain.workshop import Workshop

TASKS = 500
THREADS = 50


def add_tasks(workshop: Workshop, count: int) -> list[Task]:
    project, now = workshop.people.project, workshop.now
    photos = Photo.objects.bulk_create(
        Photo(
            project=project,
            sha256=f"{number:064x}",
            name=f"{number}.jpg",
            content_type="image/jpeg",
            byte_size=1,
            width=640,
            height=240,
            difference_hash=0,
            state="ready",
            uploaded_by=workshop.people.annotator,
            uploaded_at=now,
        )
        for number in range(count)
    )
    return Task.objects.bulk_create(
        Task(project=project, photo=photo, created_at=now, updated_at=now, priority=number / count)
        for number, photo in enumerate(photos)
    )


def add_annotators(workshop: Workshop, count: int) -> list[User]:
    users = User.objects.bulk_create(User(username=f"annotator-{n}", password="!") for n in range(count))
    Membership.objects.bulk_create(
        Membership(project=workshop.people.project, user=user, role="annotator", created_at=workshop.now)
        for user in users
    )
    return users


def test_fifty_threads_claim_five_hundred_tasks_each_once(busy_workshop: Workshop) -> None:
    add_tasks(busy_workshop, TASKS)
    holders = add_annotators(busy_workshop, TASKS)
    start = threading.Barrier(THREADS)

    def claim(share: list[User]) -> list[uuid.UUID]:
        start.wait()
        try:
            claimed = []
            for holder in share:
                lease = leases.claim_next_task(
                    project=busy_workshop.people.project,
                    holder=holder,
                    kind="annotate",
                    now=busy_workshop.now,
                )
                assert lease is not None
                claimed.append(lease.task_id)
            return claimed
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        shares = pool.map(claim, [holders[start_at::THREADS] for start_at in range(THREADS)])
        claimed = Counter(task_id for share in shares for task_id in share)

    assert len(claimed) == TASKS
    assert set(claimed.values()) == {1}
    assert Lease.objects.filter(ended_at=None).count() == TASKS
    assert Task.objects.filter(state="in_progress").count() == TASKS


def test_fifty_threads_want_the_same_task_and_one_gets_it(busy_workshop: Workshop) -> None:
    (task,) = add_tasks(busy_workshop, 1)
    start = threading.Barrier(THREADS)

    def claim(holder: User) -> bool:
        start.wait()
        try:
            leases.claim_task(task=task, holder=holder, kind="annotate", now=busy_workshop.now)
        except leases.TaskTaken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(claim, add_annotators(busy_workshop, THREADS)))

    assert outcomes.count(True) == 1
    assert Lease.objects.filter(task=task).count() == 1


def test_one_person_who_clicks_twice_holds_one_task(busy_workshop: Workshop) -> None:
    add_tasks(busy_workshop, 10)
    start = threading.Barrier(2)

    def claim(_: int) -> uuid.UUID:
        start.wait()
        try:
            lease = leases.claim_next_task(
                project=busy_workshop.people.project,
                holder=busy_workshop.people.annotator,
                kind="annotate",
                now=busy_workshop.now,
            )
            assert lease is not None
            return lease.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(claim, range(2))

    assert first == second
    assert Lease.objects.count() == 1


def open_lease(task: Task, holder: User, workshop: Workshop) -> Lease:
    return Lease.objects.create(
        task=task,
        holder=holder,
        kind="annotate",
        created_at=workshop.now,
        renewed_at=workshop.now,
        expires_at=workshop.later(minutes=5),
    )


def test_the_database_refuses_a_second_open_lease(workshop: Workshop) -> None:
    (task,) = add_tasks(workshop, 1)
    open_lease(task, workshop.people.annotator, workshop)

    with pytest.raises(IntegrityError, match="lease_one_open_a_task"), transaction.atomic():
        open_lease(task, workshop.people.reviewer, workshop)

    assert Lease.objects.filter(task=task, ended_at=None).count() == 1


def test_it_is_the_constraint_that_refuses(workshop: Workshop) -> None:
    """Without it the same second lease is taken: nothing else stands between."""
    (task,) = add_tasks(workshop, 1)
    open_lease(task, workshop.people.annotator, workshop)
    with connection.cursor() as cursor:  # the transaction of the test rolls this back
        cursor.execute("DROP INDEX lease_one_open_a_task")

    open_lease(task, workshop.people.reviewer, workshop)

    assert Lease.objects.filter(task=task, ended_at=None).count() == 2


def test_an_ended_lease_leaves_room_for_the_next(workshop: Workshop) -> None:
    (task,) = add_tasks(workshop, 1)
    first = open_lease(task, workshop.people.annotator, workshop)
    leases.end_lease(first, reason="released", now=workshop.now)

    open_lease(task, workshop.people.reviewer, workshop)

    assert Lease.objects.filter(task=task).count() == 2
