"""What a shadow read, beside what the champion read and what people accepted. For those who train alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate

from inference.comparison import mcnemar_test, paired_interval
from labeling.measures import Share, Spread, spread_over
from labeling.models import BackgroundState, ModelVersion, Project, Shadow, ShadowReading
from labeling.models.photo import OF_PEOPLE
from labeling.policies import Capability, check_can
from labeling.queries.access import get_visible
from labeling.queries.paging import InvalidCursor, Page, clamp_limit, decode_cursor, encode_cursor
from labeling.states import ShadowState, TaskState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User

DIFFERS = ~Q(vin=F("prediction__vin"))
_ACCEPTED = Q(photo__task__state=TaskState.ACCEPTED, photo__vin_source__in=OF_PEOPLE) & ~Q(photo__vin="")


@dataclass(frozen=True, slots=True)
class AgreementDay:
    """Of what the champion read on one day how much the shadow read alike."""

    day: date
    agreed: Share


@dataclass(frozen=True, slots=True)
class Paired:
    """Both versions on the photos whose VIN people have accepted; `won` only the shadow reads right."""

    champion: Share
    shadow: Share
    won: int
    lost: int

    @property
    def n(self) -> int:
        return self.shadow.of

    @property
    def difference(self) -> float:
        """The shadow's share minus the champion's."""
        return (self.won - self.lost) / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, by Agresti and Min."""
        return paired_interval(self.n, self.won, self.lost)

    @property
    def p_value(self) -> float:
        """Of McNemar's exact test."""
        return mcnemar_test(self.won, self.lost)


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """How far a shadow is, and how it compares with the champion on the very same photos.

    Times are in milliseconds, by the clock of the worker that read.
    """

    read: int
    waiting: int
    failed: int
    agreed: Share
    days: Sequence[AgreementDay]
    paired: Paired
    champion_time: Spread | None
    shadow_time: Spread | None


def get_shadow(
    *, user: User | AnonymousUser, shadow_id: UUID | str, project: Project | None = None
) -> Shadow:
    """Raises NotFound, Forbidden."""
    rows = Shadow.objects.select_related("project", "model_version", "champion", "started_by")
    shadow = get_visible(rows, user=user, key=shadow_id, project=project)
    check_can(user, Capability.TRAIN, shadow.project)
    return shadow


def list_shadows(*, project: Project) -> list[Shadow]:
    """The newest 50."""
    rows = Shadow.objects.filter(project=project)
    return list(rows.select_related("model_version", "champion", "started_by").order_by("-started_at")[:50])


def find_shadow(*, version: ModelVersion) -> Shadow | None:
    """The newest one of this version, under way or over."""
    rows = Shadow.objects.filter(model_version=version)
    return (
        rows.select_related("project", "model_version", "champion", "started_by")
        .order_by("-started_at")
        .first()
    )


def find_running_shadow(*, project: Project) -> Shadow | None:
    rows = Shadow.objects.filter(project=project, state=ShadowState.RUNNING)
    return rows.select_related("model_version", "champion").first()


def get_shadow_report(*, shadow: Shadow) -> ShadowReport:
    counts = Counter(
        dict(shadow.readings.values_list("state").annotate(number=Count("*")).values_list("state", "number"))
    )
    rows = _list_read(shadow)
    daily = list(
        rows.values(day=TruncDate("listed_at"))
        .annotate(
            n=Count("*"),
            agreed=Count("pk", filter=~DIFFERS),
            by_champion=ArrayAgg("prediction__milliseconds"),
            by_shadow=ArrayAgg("milliseconds"),
        )
        .order_by("day")
    )
    days = [AgreementDay(row["day"], Share(row["agreed"], row["n"])) for row in daily]
    return ShadowReport(
        read=counts[BackgroundState.READ],
        waiting=counts[BackgroundState.WAITING] + counts[BackgroundState.CLAIMED],
        failed=counts[BackgroundState.FAILED],
        agreed=sum((day.agreed for day in days), Share()),
        days=days,
        paired=_pair(rows),
        champion_time=spread_over(list(chain.from_iterable(row["by_champion"] for row in daily))),
        shadow_time=spread_over(list(chain.from_iterable(row["by_shadow"] for row in daily))),
    )


def list_differences(*, shadow: Shadow, after: str = "", limit: int = 50) -> Page[ShadowReading]:
    """The photos that the two read differently, newest first, each with `accepted`. Raises InvalidCursor."""
    rows = find_differences(shadow=shadow)
    if after:
        rows = rows.filter(pk__lt=_read_cursor(after))
    limit = clamp_limit(limit)
    found = list(rows[: limit + 1])
    items = found[:limit]
    return Page(items, encode_cursor([items[-1].pk]) if len(found) > limit else None)


def find_differences(*, shadow: Shadow) -> QuerySet[ShadowReading]:
    """The same as rows; `accepted` is the VIN that people agreed on, empty where they have not yet."""
    accepted = Case(When(_ACCEPTED, then=F("photo__vin")), default=Value(""))
    rows = _list_read(shadow).filter(DIFFERS).annotate(accepted=accepted)
    return rows.select_related("photo", "prediction").order_by("-pk")


def _list_read(shadow: Shadow) -> QuerySet[ShadowReading]:
    return ShadowReading.objects.filter(shadow=shadow, state=BackgroundState.READ)


def _pair(rows: QuerySet[ShadowReading]) -> Paired:
    """Only VINs that were read completely: of '?' nobody knows which of the two is right."""
    known = rows.filter(_ACCEPTED).exclude(photo__vin__contains="?")
    by_champion, by_shadow = Q(prediction__vin=F("photo__vin")), Q(vin=F("photo__vin"))
    counted = known.aggregate(
        n=Count("*"),
        champion=Count("pk", filter=by_champion),
        shadow=Count("pk", filter=by_shadow),
        won=Count("pk", filter=by_shadow & ~by_champion),
        lost=Count("pk", filter=by_champion & ~by_shadow),
    )
    n = counted["n"]
    return Paired(Share(counted["champion"], n), Share(counted["shadow"], n), counted["won"], counted["lost"])


def _read_cursor(after: str) -> int:
    (key,) = decode_cursor(after, length=1)
    if key is None or not key.isdecimal() or len(key) > 18:
        raise InvalidCursor
    return int(key)
