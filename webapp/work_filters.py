"""The address of the photos behind a figure: written where the figure stands, read by the list of photos."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from labeling.models import Project, User
from labeling.policies import Capability, check_can
from labeling.queries import members
from labeling.queries.spans import DEFAULT_PERIOD, PERIODS, Span, span_of
from labeling.queries.work import DEEDS, SECRET, WorkFilter

PERIOD_WORDS = {"7": "7 days", "30": "30 days", "90": "90 days", "all": "All time"}
PERIOD_PHRASES = {
    "7": "in the last 7 days",
    "30": "in the last 30 days",
    "90": "in the last 90 days",
    "all": "",
}
_PHRASES = {
    "annotated": "annotated by {who}",
    "changed": "read by the model and changed by {who}",
    "unchanged": "submitted as the model read them by {who}",
    "fast": "submitted unchanged in under a second by {who}",
    "unreadable": "marked unreadable by {who}",
    "timed": "annotated by {who}, with the time that it took",
    "counted": "annotated by {who}, with the keys that it took",
    "skipped": "skipped by {who}",
    "reviewed": "annotated by {who} and reviewed",
    "wrong": "annotated by {who} and changed or sent back in review",
    "fixed": "annotated by {who} and fixed in review",
    "rejected": "annotated by {who} and sent back in review",
    "confused": "annotated by {who} and corrected{what} in review",
    "read_twice": "read independently by two people{whose}",
    "disagreed": "on which two independent readings differ{whose}",
    "judged": "reviewed by {who}",
    "judged_accepted": "accepted by {who}",
    "judged_fixed": "fixed and accepted by {who}",
    "judged_rejected": "sent back by {who}",
    "judged_timed": "reviewed by {who}, with the time that it took",
    "probed": "that are known and were given to {who}",
    "missed": "that are known and were read wrong by {who}",
    "unnoticed": "that are known and kept a seeded wrong character with {who}",
    "read": "read by the model",
    "refused": "that the model called unreadable",
    "overturned": "reviewed by {who}, and decided otherwise in the end",
}
PARAMETERS = ("did", "by", "with", "days", "from", "to", "typed", "meant", "position")
DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1970, 9999
"""What lies outside is no day of anybody's work, and the end of the calendar has no day after it."""


@dataclass(frozen=True, slots=True)
class WorkChoice:
    """What the address asks for, and how that is said; `kept` are its parameters."""

    work: WorkFilter
    phrase: str
    leaves_out: bool
    """Whether what waits for review is missing, so that nobody learns whose it is."""
    kept: list[tuple[str, str]]


def write_work_address(
    project: Project, did: str, *, person: User | None = None, period: str = DEFAULT_PERIOD, **more: Any
) -> str:
    """The list of the photos on which it was done."""
    query = {"did": did, "by": person.username if person else "", "days": period, **more}
    asked = {name: value for name, value in query.items() if value not in ("", None)}
    return f"{_find_list(project.slug)}?{urlencode(asked)}"


@lru_cache(maxsize=64)
def _find_list(slug: str) -> str:
    """A page of figures has hundreds of links to it."""
    return reverse("photos", args=[slug])


def read_period(query: Mapping[str, str]) -> str:
    """One of PERIODS; what the address does not know counts as nothing."""
    wanted = query.get("days", "")
    return wanted if wanted in PERIODS else DEFAULT_PERIOD


def read_work(query: Mapping[str, str], *, project: Project, viewer: User) -> WorkChoice | None:
    """What the address asks for; None where it asks for no work. Raises Forbidden, NotFound."""
    did = query.get("did", "")
    if did not in DEEDS:
        return None
    work = find_work(
        project=project,
        viewer=viewer,
        did=did,
        by=query.get("by", ""),
        other=query.get("with", ""),
        span=_read_span(query),
        typed=query.get("typed", "")[:1],
        meant=query.get("meant", "")[:1],
        position=_read_position(query),
    )
    kept = [(name, query[name]) for name in PARAMETERS if query.get(name)]
    leaves_out = bool(work.person) and not work.is_own and DEEDS[did].has_author
    return WorkChoice(work, _say(work, viewer, query), leaves_out, kept)


def find_work(
    *, project: Project, viewer: User, did: str, by: str, other: str, span: Span, **narrower: Any
) -> WorkFilter:
    """One of DEEDS by the person called `by`, or by anybody, for a viewer who may know of it.

    `narrower` is what WorkFilter narrows a confusion by. Raises Forbidden, NotFound.
    """
    if did in SECRET:
        check_can(viewer, Capability.SEE_PEOPLE, project)
    person = _find_person(by, project, viewer)
    return WorkFilter(
        deed=did,
        span=span,
        person=person,
        other=_find_other(other, project, viewer),
        is_own=person == viewer,
        **narrower,
    )


def _find_person(username: str, project: Project, viewer: User) -> User | None:
    """Somebody's own work is theirs to see, that of all together those who see its quality."""
    if not username:
        check_can(viewer, Capability.SEE_QUALITY, project)
        return None
    if username != viewer.username:
        check_can(viewer, Capability.SEE_PEOPLE, project)
    return members.find_worker(project=project, username=username)


def _find_other(username: str, project: Project, viewer: User) -> User | None:
    if not username:
        return None
    check_can(viewer, Capability.SEE_PEOPLE, project)
    return members.find_worker(project=project, username=username)


def _read_span(query: Mapping[str, str]) -> Span:
    """Whole days from `from` to `to`, both of them included; else the period."""
    first, last = _read_day(query.get("from", "")), _read_day(query.get("to", ""))
    if first or last:
        return span_days(first, last)
    return span_of(read_period(query), now=timezone.now())


def span_days(first: date | None, last: date | None) -> Span:
    """From the one day to the other, both of them included; None is open."""
    return Span(_begin(first) if first else None, _begin(last + DAY) if last else None)


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _read_day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and FIRST_YEAR <= day.year < LAST_YEAR else None


def _read_position(query: Mapping[str, str]) -> int | None:
    text = query.get("position", "")
    return int(text) if text in {str(place) for place in range(1, 18)} else None


def _say(work: WorkFilter, viewer: User, query: Mapping[str, str]) -> str:
    who = _name(work.person, viewer)
    what = f" from {work.typed} to {work.meant}" if work.typed and work.meant else ""
    what += f" at position {work.position}" if work.position else ""
    named = [_name(person, viewer) for person in (work.person, work.other) if person]
    whose = f": {' and '.join(named)}" if len(named) == 2 else f", one of them by {who}" if named else ""
    days = [query[name] for name in ("from", "to") if query.get(name)]
    when = " to ".join(dict.fromkeys(days)) if days else PERIOD_PHRASES[read_period(query)]
    phrase = _PHRASES[work.deed].format(who=who, what=what, whose=whose)
    return f"{phrase} {when}".strip()


def _name(person: User | None, viewer: User) -> str:
    if person is None:
        return "anybody"
    return "you" if person == viewer else str(person)
