"""Who may do what to a task in which state, asked through the API for every cell of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from labeling.models import AuditEvent, BulkKind, Lease, LeaseKind, Membership, Task, User
from labeling.operations import annotations, leases, reviews
from labeling.states import TaskState
from tests.conftest import ROLES, People, make_user
from tests.integration.api.asking import Answer, Api, As
from tests.integration.api.roles_and_states import ANSWERS, ASKING, TABLE, read_table
from tests.integration.api.test_every_address import walk
from tests.integration.api.yard import OTHER_VIN, Yard, work
from webapp.api import urls

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Verb:
    """How the API is asked: `{task}`, `{lease}` and `{project}` in the address are filled in."""

    method: str
    address: str
    route: str
    body: Callable[[Task], dict[str, Any]] = field(default=lambda task: {})


def _bulk(kind: BulkKind) -> Verb:
    def body(task: Task) -> dict[str, Any]:
        named = {"assignee": "reviewer"} if kind == BulkKind.ASSIGN else {}
        return {"kind": kind.value, "tasks": [str(task.pk)], "confirmed": 1, **named}

    return Verb("POST", "projects/{project}/bulk-actions", "api-project-bulk-actions", body)


def _claim(kind: LeaseKind) -> Verb:
    return Verb("POST", "tasks/{task}/leases", "api-task-leases", lambda task: {"kind": kind.value})


def _work(task: Task) -> dict[str, Any]:
    return dict(work(base_revision=task.revision))


def _settle(task: Task) -> dict[str, Any]:
    return {**_work(task), "outcome": "read"}


def _judge(task: Task) -> dict[str, Any]:
    return {"verdict": "accepted", "base_revision": task.revision}


VERBS = {
    "look at": Verb("GET", "tasks/{task}", "api-task"),
    **{f"claim to {kind.value}": _claim(kind) for kind in LeaseKind},
    "open again": Verb("POST", "tasks/{task}/reopen", "api-task-reopen"),
    "recall": Verb("POST", "tasks/{task}/recall", "api-task-recall"),
    "renew": Verb("POST", "leases/{lease}/renew", "api-lease-renew"),
    "save a draft": Verb("PUT", "leases/{lease}/draft", "api-lease-draft", _work),
    "submit": Verb("POST", "leases/{lease}/annotation", "api-lease-annotation", _work),
    "mark unreadable": Verb(
        "POST",
        "leases/{lease}/unreadable",
        "api-lease-unreadable",
        lambda task: {"reason": "Glare", "base_revision": task.revision},
    ),
    "skip": Verb("POST", "leases/{lease}/skip", "api-lease-skip", lambda task: {"reason": "No VIN in it"}),
    "judge": Verb("POST", "leases/{lease}/review", "api-lease-review", _judge),
    "settle": Verb("POST", "leases/{lease}/adjudication", "api-lease-adjudication", _settle),
    "give back": Verb("DELETE", "leases/{lease}", "api-lease"),
    "claim ahead": Verb("POST", "leases/{lease}/next", "api-lease-next"),
    "read comments": Verb("GET", "tasks/{task}/comments", "api-task-comments"),
    "comment": Verb("POST", "tasks/{task}/comments", "api-task-comments", lambda task: {"text": "Torn"}),
    "restore": Verb(
        "POST",
        "tasks/{task}/restore",
        "api-task-restore",
        lambda task: {"revision": 1, "base_revision": task.revision},
    ),
    **{f"{kind.value} in bulk": _bulk(kind) for kind in BulkKind},
}


def test_every_verb_of_the_api_has_its_block() -> None:
    """On a task, under a lease, and each kind of claim and of action on many."""
    routes = [
        (name, method)
        for name, _, view in walk([*urls.task_urls, *urls.lease_urls, *urls.version_one])
        if name.startswith(("api-task", "api-lease"))
        for method in view.scopes  # type: ignore[attr-defined]
    ]
    asked = {(verb.route, verb.method) for verb in VERBS.values()}
    assert set(routes) <= asked
    assert set(TABLE) == set(VERBS)


@pytest.mark.parametrize("verb", TABLE)
def test_every_state_has_its_line(verb: str) -> None:
    assert set(read_table(TABLE[verb])) == set(TaskState)


def test_every_role_has_its_column() -> None:
    assert set(ROLES) <= set(ASKING)
    assert set(MAKERS) == set(TaskState)


@dataclass
class Scene:
    """A task in a state, with the people who brought it there."""

    yard: Yard
    task: Task
    author: User
    second_reviewer: User
    third: User

    def claim(self, kind: LeaseKind) -> Lease:
        by_kind = {LeaseKind.ANNOTATE: self.author, LeaseKind.ADJUDICATE: self.third}
        holder = by_kind.get(kind, self.second_reviewer)
        if self.task.state == TaskState.SECOND_READING:
            holder = self.second_reviewer
        return leases.claim_task(task=self.task, holder=holder, kind=kind, now=timezone.now())

    def release(self) -> None:
        lease = self.claim(LeaseKind.ANNOTATE)
        leases.release_lease(lease_id=lease.pk, holder=self.author, now=timezone.now())

    def accept_by_rule(self) -> None:
        self.release()
        Task.objects.filter(pk=self.task.pk).update(state=TaskState.AUTO_ACCEPTED)

    def skip(self) -> None:
        lease = self.claim(LeaseKind.ANNOTATE)
        annotations.skip_task(
            lease_id=lease.pk, holder=self.author, reason="No VIN in it", now=timezone.now()
        )

    def submit(self) -> None:
        lease = self.claim(LeaseKind.ANNOTATE)
        annotations.submit_annotation(lease_id=lease.pk, holder=self.author, now=timezone.now(), **work())

    def mark_unreadable(self) -> None:
        lease = self.claim(LeaseKind.ANNOTATE)
        annotations.mark_unreadable(
            lease_id=lease.pk, holder=self.author, reason="Glare", base_revision=0, now=timezone.now()
        )

    def want_two_readings(self) -> None:
        self.yard.allow(double_share=1, review_share=0)

    def read_otherwise(self) -> None:
        lease = self.claim(LeaseKind.ANNOTATE)
        body = work(OTHER_VIN, base_revision=1)
        annotations.submit_annotation(lease_id=lease.pk, holder=lease.holder, now=timezone.now(), **body)

    def judge(self, verdict: str) -> None:
        lease = self.claim(LeaseKind.REVIEW)
        reviews.submit_review(
            lease_id=lease.pk,
            reviewer=self.second_reviewer,
            verdict=verdict,
            reason="A character is wrong" if verdict == "rejected" else "",
            base_revision=1,
            now=timezone.now(),
        )


MAKERS: dict[TaskState, tuple[Callable[[Scene], object], ...]] = {
    TaskState.NEW: (Scene.release,),
    TaskState.IN_PROGRESS: (lambda scene: scene.claim(LeaseKind.ANNOTATE),),
    TaskState.SECOND_READING: (Scene.want_two_readings, Scene.submit),
    TaskState.IN_SECOND_READING: (
        Scene.want_two_readings,
        Scene.submit,
        lambda scene: scene.claim(LeaseKind.ANNOTATE),
    ),
    TaskState.CONFLICT: (Scene.want_two_readings, Scene.submit, Scene.read_otherwise),
    TaskState.IN_ADJUDICATION: (
        Scene.want_two_readings,
        Scene.submit,
        Scene.read_otherwise,
        lambda scene: scene.claim(LeaseKind.ADJUDICATE),
    ),
    TaskState.SUBMITTED: (Scene.submit,),
    TaskState.IN_REVIEW: (Scene.submit, lambda scene: scene.claim(LeaseKind.REVIEW)),
    TaskState.ACCEPTED: (Scene.submit, lambda scene: scene.judge("accepted")),
    TaskState.REJECTED: (Scene.submit, lambda scene: scene.judge("rejected")),
    TaskState.UNREADABLE: (Scene.mark_unreadable, lambda scene: scene.judge("accepted")),
    TaskState.SKIPPED: (Scene.skip,),
    TaskState.AUTO_ACCEPTED: (Scene.accept_by_rule,),
}
"""The steps that bring a new task into each state."""


def make_scene(people: People, state: TaskState) -> Scene:
    yard = Yard(people)
    reviewers = [make_user(f"reviewer-{name}") for name in ("second", "third")]
    for user in reviewers:
        Membership.objects.create(
            project=people.project, user=user, role="reviewer", created_at=timezone.now()
        )
    scene = Scene(yard, yard.open_task(), yard.second_annotator, *reviewers)
    for step in MAKERS[state]:
        step(scene)
        scene.task.refresh_from_db()
    assert scene.task.state == state
    return scene


@pytest.mark.parametrize("state", TaskState)
def test_the_answers_are_those_of_the_table(people: People, api: As, state: TaskState) -> None:
    scene = make_scene(people, state)
    last = Lease.objects.filter(task=scene.task).latest("created_at")
    persons = {role: getattr(people, role) for role in ROLES} | {
        "author": scene.author,
        "holder": last.holder,
    }
    asking = {name: api(persons[name]) for name in ASKING}
    answers = {
        verb: {name: _letter(_ask(asking[name], verb, scene, last)) for name in ASKING} for verb in VERBS
    }
    assert answers == {verb: read_table(TABLE[verb])[state] for verb in VERBS}


def _ask(asking: Api, name: str, scene: Scene, lease: Lease) -> Answer:
    """As if nobody had asked before, and so that nothing is left of it; a refusal has changed nothing."""
    verb, task = VERBS[name], scene.task
    address = verb.address.format(task=task.pk, lease=lease.pk, project=task.project.slug)
    with transaction.atomic():
        if name == "unassign in bulk":
            Task.objects.filter(pk=task.pk).update(assignee=scene.author)
        before = AuditEvent.objects.count()
        answer = asking.call(verb.method, address, verb.body(task) if verb.method != "GET" else None)
        if answer.status_code >= 400:
            assert AuditEvent.objects.count() == before
            unchanged = Task.objects.get(pk=task.pk)
            assert (unchanged.state, unchanged.updated_at) == (task.state, task.updated_at)
        transaction.set_rollback(True)
    return answer


def _letter(answer: Answer) -> str:
    found = [letter for letter, codes in ANSWERS.items() if answer.status_code in codes]
    return found[0] if found else f"{answer.status_code}: {answer.content.decode()[:200]}"
