"""People at work on photos that nobody need look at: short verbs that call the real operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import count
from typing import Any

from django.utils import timezone

from labeling.models import (
    Annotation,
    Membership,
    ModelVersion,
    QualityPolicy,
    Review,
    Role,
    Task,
    User,
)
from labeling.operations import adjudications, annotations, leases, quality, reviews
from labeling.queries.quality import get_policy
from tests.conftest import People, make_user
from tests.integration.views import rows

VIN = rows.VIN
_NUMBERS = count(1000)


@dataclass
class Team:
    """`people` and whoever else is hired, in their project."""

    people: People
    now: datetime

    @cached_property
    def version(self) -> ModelVersion:
        return rows.add_version(self.people)

    def hire(self, name: str, role: str = Role.ANNOTATOR) -> User:
        user = make_user(name)
        Membership.objects.create(project=self.people.project, user=user, role=role, created_at=self.now)
        return user

    def set_policy(self, **changes: Any) -> None:
        """The defaults with these changes, whatever was in force."""
        rules = {name: getattr(QualityPolicy(), name) for name in (*quality.LIMITS, *quality.SWITCHES)}
        quality.set_policy(
            project=self.people.project,
            by=self.people.admin,
            now=self.now,
            rules=rules | changes,
            reason="As the test needs it.",
            replaces=get_policy(project=self.people.project).number,
        )

    def open(self, reading: str = VIN, **fields: Any) -> Task:
        """A photo in which the model read this; nothing where it is empty."""
        photo = rows.add_photo(
            self.people,
            next(_NUMBERS),
            uploaded_by=self.people.admin,
            vin=reading,
            rendered_at=timezone.now(),
        )
        rows.add_prediction(photo, self.version, vin=reading, created_at=photo.uploaded_at.replace(year=2020))
        return rows.add_task(self.people, photo, **fields)

    def annotate(
        self,
        text: str = VIN,
        *,
        by: User | None = None,
        reading: str = VIN,
        task: Task | None = None,
        at: datetime | None = None,
        **effort: int | None,
    ) -> Annotation:
        task, by, at = task or self.open(reading), by or self.people.annotator, at or self.now
        lease = leases.claim_task(task=task, holder=by, kind="annotate", now=at)
        task.refresh_from_db()
        body: dict[str, Any] = {"text": text, "characters": [], "region": rows.REGION}
        return annotations.submit_annotation(
            lease_id=lease.pk, holder=by, base_revision=task.revision, now=at, **body, **effort
        )

    def read_twice(self, first: str, second: str, *, by: tuple[User, User]) -> Annotation:
        """Two people read a photo independently; an empty text says that it is unreadable."""
        task = self.annotate(first, by=by[0]).task
        if not second:
            self.give_up(by=by[1], task=task)
            return Annotation.objects.get(task=task, revision=2)
        return self.annotate(second, by=by[1], task=task)

    def give_up(
        self,
        *,
        by: User | None = None,
        reason: str = "glare",
        skip: bool = False,
        task: Task | None = None,
    ) -> None:
        """Mark a photo unreadable, or skip it."""
        task, by = task or self.open(), by or self.people.annotator
        lease = leases.claim_task(task=task, holder=by, kind="annotate", now=self.now)
        task.refresh_from_db()
        if skip:
            annotations.skip_task(lease_id=lease.pk, holder=by, reason=reason, now=self.now)
        else:
            annotations.mark_unreadable(
                lease_id=lease.pk, holder=by, reason=reason, base_revision=task.revision, now=self.now
            )

    def review(
        self,
        annotation: Annotation,
        text: str | None = None,
        *,
        reject: bool = False,
        by: User | None = None,
        at: datetime | None = None,
        **effort: int | None,
    ) -> Review:
        """Accept it, fix it to `text`, or reject it."""
        by, at = by or self.people.reviewer, at or self.now
        lease = leases.claim_task(task=annotation.task, holder=by, kind="review", now=at)
        verdict = "rejected" if reject else "accepted" if text is None else "fixed_and_accepted"
        return reviews.submit_review(
            lease_id=lease.pk,
            reviewer=by,
            verdict=verdict,
            base_revision=annotation.revision,
            reason="Look again." if reject else "",
            text=text or "",
            characters=[],
            region=rows.REGION if text else None,
            now=at,
            **effort,
        )

    def adjudicate(self, annotation: Annotation, text: str = VIN) -> Annotation:
        """The admin settles a conflict."""
        lease = leases.claim_task(
            task=annotation.task, holder=self.people.admin, kind="adjudicate", now=self.now
        )
        return adjudications.submit_adjudication(
            lease_id=lease.pk,
            adjudicator=self.people.admin,
            outcome="read",
            text=text,
            base_revision=annotation.revision,
            region=rows.REGION,
            now=self.now,
        )

    def probe(self, person: User, text: str = VIN, *, seeded: bool = False) -> Annotation:
        """A known photo that shows VIN comes to this person before a new one, and they read `text` in it.

        An empty text is what they are shown. The test has to see to it that one comes whenever the policy
        wants any.
        """
        self.review(self.annotate(by=self.people.admin))
        self.set_policy(honeypot_share=0.3, seeded_share=float(seeded))
        self.open(priority=float(next(_NUMBERS)))
        lease = leases.claim_next_task(
            project=self.people.project, holder=person, kind="annotate", now=self.now
        )
        assert lease is not None
        task = Task.with_probes.get(pk=lease.task_id)
        assert task.is_probe
        return annotations.submit_annotation(
            lease_id=lease.pk,
            holder=person,
            text=text or task.photo.predictions.get().vin,
            characters=[],
            region=rows.REGION,
            base_revision=0,
            now=self.now,
        )
