"""How well and how fast people annotate and review, person by person and day by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, Value
from django.db.models.functions import TruncDate

from labeling.measures import NO_SHARE, Share, Spread, spread_over
from labeling.models import Membership, Project, User
from labeling.queries import work
from labeling.queries.spans import Span

MOST_DAYS = 45
"""A longer stretch is told week by week."""


@dataclass(frozen=True, slots=True)
class AnnotatorFigures:
    """One annotator in a span, or all of them together where `person` is None."""

    person: User | None = None
    member: Membership | None = None
    """None for those who have left the project."""
    annotations: int = 0
    reviewed: Share = NO_SHARE
    wrong: Share = NO_SHARE
    """What review changed or sent back, of what was reviewed."""
    fixed: int = 0
    rejected: int = 0
    unchanged: Share = NO_SHARE
    """Readings of the model that were submitted as they were, of those that there were."""
    fast: Share = NO_SHARE
    """Those of them that took less than a second, of those that were timed."""
    unreadable: Share = NO_SHARE
    skipped: Share = NO_SHARE
    """Photos laid aside, of all that were opened and finished in one way or the other."""
    missed: Share | None = None
    """Known photos that were read wrong; None where it is not told, as it tells which photos are known."""
    unnoticed: Share | None = None
    """Wrong characters that were seeded into the reading of known photos, and stayed."""
    milliseconds: Spread | None = None
    keystrokes: Spread | None = None


@dataclass(frozen=True, slots=True)
class ReviewerFigures:
    """One reviewer in a span."""

    person: User
    member: Membership | None
    reviews: int
    accepted: Share
    fixed: int
    rejected: int
    overturned: Share
    """Verdicts that did not stand, of those on tasks that are over."""
    milliseconds: Spread | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was submitted from `start` up to, and without, `end`, whole days both."""

    start: date
    end: date
    annotations: int = 0
    changed: Share = NO_SHARE
    """The model's readings that people changed, of those that there were."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What one person submitted in a span."""

    n: int = 0
    read: int = 0
    unchanged: int = 0
    timed: int = 0
    fast: int = 0
    unreadable: int = 0
    milliseconds: Sequence[int] = ()
    keystrokes: Sequence[int] = ()
    """Of each of them that was measured."""


@dataclass(frozen=True, slots=True)
class Daily:
    """What was submitted on one day."""

    day: date
    n: int
    read: int
    unchanged: int


NOTHING = Submitted()


def list_submitted(
    *, project: Project, span: Span, person: User | None = None, is_own: bool = False
) -> dict[int, Submitted]:
    """What everybody submitted, or one person, by their keys.

    `is_own` is for the person themselves, to whom a probe is a photo like any other.
    """
    rows = work.list_submitted(project=project, person=person, span=span, is_own=is_own).order_by()
    counted = rows.values("author").annotate(
        n=Count("*"),
        read=_count(work.HAD_READING),
        unchanged=_count(work.UNCHANGED),
        timed=_count(work.UNCHANGED & Q(active_ms__isnull=False)),
        fast=_count(work.FAST),
        unreadable=_count(work.UNREADABLE),
        milliseconds=_list_measured("active_ms"),
        keystrokes=_list_measured("keystrokes"),
    )
    found: list[dict[str, Any]] = [dict(row) for row in counted]
    return {row.pop("author"): Submitted(**row) for row in found}


def list_daily(
    *, project: Project, span: Span, person: User | None = None, is_own: bool = False
) -> list[Daily]:
    """The same of everybody together, day by day."""
    rows = work.list_submitted(project=project, person=person, span=span, is_own=is_own).order_by()
    counted = rows.values(day=TruncDate("created_at")).annotate(
        n=Count("*"),
        read=_count(work.HAD_READING),
        unchanged=_count(work.UNCHANGED),
    )
    return [Daily(**row) for row in counted]


def list_annotators(
    *,
    project: Project,
    span: Span,
    submitted: Mapping[int, Submitted],
    person: User | None = None,
    is_own: bool = False,
    shows_probes: bool = False,
) -> list[AnnotatorFigures]:
    """Everybody who submitted or skipped something in the span, by name."""
    received = _count_received(project, span, person)
    skipped = _count_skipped(project, span, person, is_own)
    probed = _count_probed(project, span, person) if shows_probes else None
    return [
        _build_annotator(
            user,
            member,
            submitted.get(user.pk, NOTHING),
            received.get(user.pk, {}),
            skipped.get(user.pk, 0),
            None if probed is None else probed.get(user.pk, _NEVER_PROBED),
        )
        for user, member in _find_people(project, {*submitted, *skipped, *(probed or ())})
    ]


def list_reviewers(*, project: Project, span: Span, person: User | None = None) -> list[ReviewerFigures]:
    """Everybody who reviewed something in the span, by name."""
    rows = work.list_given(project=project, person=person, span=span).order_by().values("reviewer")
    counted = rows.annotate(
        reviews=Count("*"),
        accepted=_count(work.ACCEPTED),
        fixed=_count(work.FIXED),
        rejected=_count(work.REJECTED),
        over=_count(work.is_over(project)),
        milliseconds=_list_measured("active_ms"),
    )
    found = _index(counted, "reviewer")
    overturned = _count_overturned(project, span, person)
    return [
        _build_reviewer(user, member, found[user.pk], overturned.get(user.pk, 0))
        for user, member in _find_people(project, found)
    ]


def add_up(everybody: Iterable[AnnotatorFigures]) -> AnnotatorFigures:
    """The shares of all annotators together; a median of medians would be none, so times are left out."""
    people = list(everybody)
    return AnnotatorFigures(
        annotations=sum(person.annotations for person in people),
        reviewed=sum((person.reviewed for person in people), NO_SHARE),
        wrong=sum((person.wrong for person in people), NO_SHARE),
        fixed=sum(person.fixed for person in people),
        rejected=sum(person.rejected for person in people),
        unchanged=sum((person.unchanged for person in people), NO_SHARE),
        fast=sum((person.fast for person in people), NO_SHARE),
        unreadable=sum((person.unreadable for person in people), NO_SHARE),
        skipped=sum((person.skipped for person in people), NO_SHARE),
        missed=sum((person.missed or NO_SHARE for person in people), NO_SHARE),
        unnoticed=sum((person.unnoticed or NO_SHARE for person in people), NO_SHARE),
    )


def measure_time(submitted: Mapping[int, Submitted]) -> Spread | None:
    """The milliseconds of everybody's submits."""
    return spread_over(list(chain.from_iterable(each.milliseconds for each in submitted.values())))


def list_stretches(*, span: Span, daily: Sequence[Daily], now: datetime) -> list[Stretch]:
    """The span day by day, or week by week where it is long; those in which nothing happened too."""
    if not daily:
        return []
    first = span.start.date() if span.start else min(each.day for each in daily)
    days = 1 if now.date() - first <= timedelta(days=MOST_DAYS) else 7
    first -= timedelta(days=first.weekday() if days == 7 else 0)
    within: dict[int, list[Daily]] = {}
    for each in daily:
        within.setdefault((each.day - first).days // days, []).append(each)
    return [
        _build_stretch(first + timedelta(days=place * days), days, within.get(place, []))
        for place in range((now.date() - first).days // days + 1)
    ]


def _count_received(project: Project, span: Span, person: User | None) -> dict[int, dict[str, Any]]:
    rows = work.list_received(project=project, person=person, span=span).order_by().values("author")
    counted = rows.annotate(
        reviewed=Count("*"),
        wrong=_count(work.WRONG),
        fixed=_count(work.FIXED),
        rejected=_count(work.REJECTED),
    )
    return _index(counted, "author")


def _count(where: Q) -> Count:
    """The rows to which the condition applies, by a column that none lacks and every index has."""
    return Count("project", filter=where)


def _list_measured(column: str) -> ArrayAgg:
    return ArrayAgg(column, filter=Q(**{f"{column}__isnull": False}), default=Value([]))


def _count_overturned(project: Project, span: Span, person: User | None) -> dict[int, int]:
    rows = work.list_overturned(project=project, person=person, span=span).order_by()
    return dict(rows.values_list("reviewer").annotate(Count("pk")))


def _count_skipped(project: Project, span: Span, person: User | None, is_own: bool) -> dict[int, int]:
    rows = work.list_skipped(project=project, person=person, span=span, is_own=is_own).order_by()
    return dict(rows.values_list("holder").annotate(Count("pk")))


@dataclass(frozen=True, slots=True)
class _Probed:
    missed: Share = NO_SHARE
    unnoticed: Share = NO_SHARE


_NEVER_PROBED = _Probed()


def _count_probed(project: Project, span: Span, person: User | None) -> dict[int, _Probed]:
    rows = work.list_probed(project=project, person=person, span=span).order_by().values("person")
    counted = rows.annotate(
        n=Count("pk"),
        missed=Count("pk", filter=work.MISSED),
        seeded=Count("pk", filter=Q(has_noticed__isnull=False)),
        unnoticed=Count("pk", filter=work.UNNOTICED),
    )
    return {
        row["person"]: _Probed(Share(row["missed"], row["n"]), Share(row["unnoticed"], row["seeded"]))
        for row in counted
    }


def _index(rows: Iterable[Mapping[str, Any]], key: str) -> dict[Any, dict[str, Any]]:
    return {row[key]: dict(row) for row in rows}


def _find_people(project: Project, keys: Iterable[int]) -> list[tuple[User, Membership | None]]:
    """These people by name, with what they are in the project, and None where they have left it."""
    wanted = set(keys)
    rows = Membership.objects.filter(project=project, user__in=wanted).select_related("user")
    found: list[tuple[User, Membership | None]] = [(membership.user, membership) for membership in rows]
    left = wanted - {membership.user_id for membership in rows}
    found += [(user, None) for user in User.objects.filter(pk__in=left)] if left else []
    return sorted(found, key=lambda pair: pair[0].username)


def _build_annotator(
    user: User,
    member: Membership | None,
    submitted: Submitted,
    received: dict[str, Any],
    skipped: int,
    probed: _Probed | None,
) -> AnnotatorFigures:
    n = submitted.n
    reviewed = received.get("reviewed", 0)
    return AnnotatorFigures(
        person=user,
        member=member,
        annotations=n,
        reviewed=Share(reviewed, n),
        wrong=Share(received.get("wrong", 0), reviewed),
        fixed=received.get("fixed", 0),
        rejected=received.get("rejected", 0),
        unchanged=Share(submitted.unchanged, submitted.read),
        fast=Share(submitted.fast, submitted.timed),
        unreadable=Share(submitted.unreadable, n),
        skipped=Share(skipped, n + skipped),
        missed=probed.missed if probed else None,
        unnoticed=probed.unnoticed if probed else None,
        milliseconds=spread_over(submitted.milliseconds),
        keystrokes=spread_over(submitted.keystrokes),
    )


def _build_reviewer(
    user: User, member: Membership | None, row: dict[str, Any], overturned: int
) -> ReviewerFigures:
    return ReviewerFigures(
        person=user,
        member=member,
        reviews=row["reviews"],
        accepted=Share(row["accepted"], row["reviews"]),
        fixed=row["fixed"],
        rejected=row["rejected"],
        overturned=Share(overturned, row["over"]),
        milliseconds=spread_over(row["milliseconds"]),
    )


def _build_stretch(start: date, days: int, daily: Sequence[Daily]) -> Stretch:
    read = sum(each.read for each in daily)
    changed = Share(read - sum(each.unchanged for each in daily), read)
    return Stretch(start, start + timedelta(days=days), sum(each.n for each in daily), changed)
