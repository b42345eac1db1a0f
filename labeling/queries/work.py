"""What people did, as conditions: a figure and the list of the photos behind it are made of the same ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from labeling.confusions import find_confusions
from labeling.models import (
    Annotation,
    Lease,
    LeaseKind,
    Outcome,
    Photo,
    Prediction,
    Probe,
    Project,
    Review,
    Task,
    User,
    Verdict,
)
from labeling.models.task import FINISHED
from labeling.queries.annotations import JUDGED, READ_ONCE
from labeling.queries.spans import Span

FAST_MS = 1000
"""Who accepts a reading in less can hardly have looked at 17 characters."""

WAITING_FOR_JUDGEMENT = (*READ_ONCE, *JUDGED)
"""Who is to judge these, or to read them independently, must not learn whose they are."""

READ = Q(outcome=Outcome.READ)
UNREADABLE = Q(outcome=Outcome.UNREADABLE)
HAD_READING = READ & Q(model_text__gt="")
UNCHANGED = HAD_READING & Q(text=F("model_text"))
CHANGED = HAD_READING & ~Q(text=F("model_text"))
FAST = UNCHANGED & Q(active_ms__lt=FAST_MS)

DISAGREED = ~Q(first_outcome=F("outcome"), first_text=F("text"))
"""The two readings do not say the same."""

ACCEPTED = Q(verdict=Verdict.ACCEPTED)
FIXED = Q(verdict=Verdict.FIXED_AND_ACCEPTED)
REJECTED = Q(verdict=Verdict.REJECTED)
WRONG = FIXED | REJECTED
TEXT_FIXED = FIXED & ~Q(typed=F("meant"))

MISSED = Q(is_right=False)
UNNOTICED = Q(has_noticed=False)
"""The seeded wrong character was submitted as it was."""

OVERTURNED = Q(task__state__in=FINISHED) & (
    (REJECTED & Q(final=F("typed")))
    | (ACCEPTED & Q(annotation__revision__lt=F("task__revision")) & ~Q(final=F("typed")))
    | (FIXED & Q(corrected__revision__lt=F("task__revision")) & ~Q(final=F("meant")))
)
"""The task ended otherwise than the reviewer said: what they accepted was replaced, or what they rejected
stands. `final` is the text of its newest revision. That something came after the review is asked first, as
it is cheap to know."""


def list_submitted(
    *, project: Project, person: User | None, span: Span, is_own: bool = False
) -> QuerySet[Annotation]:
    """What annotators submitted, one or all of them; a reviewer's correction belongs to the review.

    Probes are no work, but to whoever had one in hand it is a photo like any other: `is_own` keeps them.
    """
    rows = Annotation.objects.filter(span.covers("created_at"), project=project, is_correction=False)
    rows = rows if is_own else rows.filter(is_probe=False)
    return rows.filter(author=person) if person else rows


def list_received(*, project: Project, person: User | None, span: Span) -> QuerySet[Review]:
    """The reviews of what was submitted in the span, by one annotator or by all."""
    rows = Review.objects.filter(span.covers("annotated_at"), project=project)
    return rows.filter(author=person) if person else rows


def list_given(*, project: Project, person: User | None, span: Span) -> QuerySet[Review]:
    """The reviews that were given in the span, by one reviewer or by all."""
    rows = Review.objects.filter(span.covers("created_at"), project=project)
    return rows.filter(reviewer=person) if person else rows


def is_over(project: Project) -> Q:
    """Whether the task of a review is over. Most are: those that are not have an index of their own."""
    unfinished = Task.objects.filter(~Q(state__in=FINISHED), project=project, revision__gt=0)
    return ~Q(task__in=unfinished.values("pk"))


def list_overturned(*, project: Project, person: User | None, span: Span) -> QuerySet[Review]:
    """The reviews that were given in the span and did not stand.

    What overturns a verdict is a later revision, of which there are few: they are looked through first. None
    is what a task's first review itself made of it, nor a second reading, which comes before any review.
    """
    later = Annotation.objects.filter(Span(span.start).covers("created_at"), project=project, revision__gte=2)
    later = later.filter(is_blind=False)
    later = later.exclude(Exists(Review.objects.filter(corrected=OuterRef("pk"), is_first=True)))
    newest = Annotation.objects.filter(task=OuterRef("task"), revision=OuterRef("task__revision"))
    given = list_given(project=project, person=person, span=span)
    given = given.filter(task__in=list(later.values_list("task", flat=True)))
    return given.alias(final=Subquery(newest.values("text")[:1])).filter(OVERTURNED)


def list_second_readings(*, project: Project, person: User | None, span: Span) -> QuerySet[Annotation]:
    """The independent second readings, each with `first_author`, `first_outcome` and `first_text`.

    With `person`, those in which they were one of the two.
    """
    first = Annotation.objects.filter(task=OuterRef("task"), revision=OuterRef("base_revision"))
    rows = Annotation.objects.filter(span.covers("created_at"), project=project, is_blind=True)
    rows = rows.annotate(
        first_author=Subquery(first.values("author")[:1]),
        first_outcome=Subquery(first.values("outcome")[:1]),
        first_text=Subquery(first.values("text")[:1]),
    )
    return rows.filter(_was_read_by(person)) if person else rows


def _was_read_by(person: User) -> Q:
    return Q(author=person) | Q(first_author=person.pk)


def list_skipped(
    *, project: Project, person: User | None, span: Span, is_own: bool = False
) -> QuerySet[Lease]:
    """The leases that ended in a skip; `is_own` as above."""
    rows = Lease.objects.filter(
        span.covers("ended_at"), task__project=project, kind=LeaseKind.ANNOTATE, end_reason="skipped"
    )
    rows = rows if is_own else rows.filter(task__is_probe=False)
    return rows.filter(holder=person) if person else rows


def list_probed(*, project: Project, person: User | None, span: Span) -> QuerySet[Probe]:
    """The known photos that were given to one person or to all, and what came of it."""
    rows = Probe.objects.filter(span.covers("scored_at"), known__project=project, scored_at__isnull=False)
    return rows.filter(person=person) if person else rows


def list_read(*, project: Project, person: User | None, span: Span) -> QuerySet[Prediction]:
    """What a model read; nothing where a person is asked for."""
    rows = Prediction.objects.filter(
        span.covers("created_at"), photo__project=project, photo__is_probe=False, repeats=None
    )
    return rows.none() if person else rows


def list_corrections(*, project: Project, person: User | None, span: Span) -> list[tuple[UUID, str, str]]:
    """Of each text that a reviewer changed the task, what was typed, and what was meant."""
    rows = list_received(project=project, person=person, span=span).filter(TEXT_FIXED)
    return list(rows.values_list("task_id", "typed", "meant"))


@dataclass(frozen=True, slots=True)
class _Deed:
    """Rows of which each is one thing that somebody did; `photo` leads from them to the photo."""

    rows: Callable[..., QuerySet[Any]]
    where: Q
    photo: str
    has_author: bool = False
    """Whether the rows say who annotated, or may annotate again, what may wait for a verdict."""
    has_probes: bool = False
    """Whether there may be probes among the rows."""


def _submitted(where: Q) -> _Deed:
    return _Deed(list_submitted, where, "task__photo", has_author=True, has_probes=True)


def _received(where: Q) -> _Deed:
    return _Deed(list_received, where, "task__photo", has_author=True)


def _given(where: Q) -> _Deed:
    return _Deed(list_given, where, "task__photo")


def _read_twice(where: Q) -> _Deed:
    return _Deed(list_second_readings, where, "task__photo", has_author=True)


def _read(where: Q) -> _Deed:
    return _Deed(list_read, where, "photo")


def _probed(where: Q) -> _Deed:
    return _Deed(list_probed, where, "known")


DEEDS: dict[str, _Deed] = {
    "annotated": _submitted(Q()),
    "changed": _submitted(CHANGED),
    "unchanged": _submitted(UNCHANGED),
    "fast": _submitted(FAST),
    "unreadable": _submitted(UNREADABLE),
    "timed": _submitted(Q(active_ms__isnull=False)),
    "counted": _submitted(Q(keystrokes__isnull=False)),
    "skipped": _Deed(list_skipped, Q(), "task__photo", has_author=True, has_probes=True),
    "reviewed": _received(Q()),
    "wrong": _received(WRONG),
    "fixed": _received(FIXED),
    "rejected": _received(REJECTED),
    "confused": _received(TEXT_FIXED),
    "read_twice": _read_twice(Q()),
    "disagreed": _read_twice(DISAGREED),
    "judged": _given(Q()),
    "judged_accepted": _given(ACCEPTED),
    "judged_fixed": _given(FIXED),
    "judged_rejected": _given(REJECTED),
    "judged_timed": _given(Q(active_ms__isnull=False)),
    "overturned": _Deed(list_overturned, Q(), "task__photo"),
    "probed": _probed(Q()),
    "missed": _probed(MISSED),
    "unnoticed": _probed(UNNOTICED),
    "read": _read(Q()),
    "refused": _read(Q(quality__readable=False)),
}
"""What photos may be asked for by. An address names one of these and nothing else."""


READ_TWICE = ("read_twice", "disagreed")

SECRET = ("probed", "missed", "unnoticed")
"""By which photos people are measured is told to those alone who may see the figures of others."""

RARE = (*SECRET, "overturned", "disagreed")
"""Their few rows are found first: looking for them photo by photo would look at every photo."""


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """The photos on which somebody, or one `person`, did one of DEEDS.

    `other` narrows "read_twice" and "disagreed" down to what these two read, and `typed`, `meant` and
    `position` narrow "confused" down. Without `is_own`, which is for the person themselves, what waits for a
    verdict is left out, as the list would say whose it is.
    """

    deed: str
    span: Span
    person: User | None = None
    other: User | None = None
    typed: str = ""
    meant: str = ""
    position: int | None = None
    is_own: bool = False


def filter_by_work(rows: QuerySet[Photo], *, project: Project, work: WorkFilter) -> QuerySet[Photo]:
    """The photos on which it was done."""
    deed = DEEDS[work.deed]
    if work.person and not work.is_own and deed.has_author:
        rows = rows.exclude(task__state__in=WAITING_FOR_JUDGEMENT)
    if work.deed == "confused":
        return rows.filter(task__in=_find_confused(project, work))
    options = {"is_own": True} if deed.has_probes and work.is_own else {}
    done = deed.rows(project=project, person=work.person, span=work.span, **options).filter(deed.where)
    if work.other and work.deed in READ_TWICE:
        done = done.filter(_was_read_by(work.other))
    if work.deed in RARE:
        return rows.filter(pk__in=list(done.values_list(deed.photo, flat=True)))
    return rows.filter(Exists(done.filter(**{deed.photo: OuterRef("pk")})))


def _find_confused(project: Project, work: WorkFilter) -> set[UUID]:
    corrections = list_corrections(project=project, person=work.person, span=work.span)
    return {task for task, typed, meant in corrections if _is_confused(typed, meant, work)}


def _is_confused(typed: str, meant: str, work: WorkFilter) -> bool:
    return any(
        work.typed in ("", each.typed)
        and work.meant in ("", each.meant)
        and work.position in (None, each.position)
        for each in find_confusions(typed, meant)
    )
