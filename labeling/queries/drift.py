"""What incoming photos are like over time. Pages read the days that a job has counted, and never photos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from labeling.drift_days import (
    NOTHING,
    RECENT,
    REFERENCE,
    Day,
    Finding,
    Usual,
    judge,
    learn_usual,
    list_stretches,
)
from labeling.models import (
    Annotation,
    DriftAlert,
    DriftDay,
    ModelVersion,
    Outcome,
    Photo,
    Prediction,
    Project,
)
from labeling.queries.access import get_visible
from labeling.queries.champions import get_champion
from labeling.queries.spans import Span
from labeling.states import TaskState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User


@dataclass(frozen=True, slots=True)
class Drift:
    """Since the version came into service: its days, the stretches to be shown, and what is usual.

    `is_learning` while the reference period is not over; `reference` are the days that what is usual was
    learned from; `findings` say how the last days compare, none where photos were too few then or now.
    """

    version: ModelVersion | None
    since: date | None = None
    reference_end: date | None = None
    stretches: Sequence[Day] = ()
    reference: Sequence[Day] = ()
    recent: Sequence[Day] = ()
    usual: Usual = NOTHING
    findings: Sequence[Finding] = ()
    counted_at: datetime | None = None
    is_learning: bool = False


def get_drift(*, project: Project, now: datetime) -> Drift:
    """Of the version in service, since it came into it the last time."""
    champion = get_champion(project)
    if champion is None or champion.promoted_at is None:
        return Drift(champion)
    since, today = champion.promoted_at.date(), now.date()
    rows = list(
        DriftDay.objects.filter(model_version=champion, day__gte=since, day__lte=today).order_by("day")
    )
    days = [_to_day(row) for row in rows]
    end = since + REFERENCE
    is_learning = today < end
    reference = [] if is_learning else [day for day in days if day.start < end]
    recent = [day for day in days if day.start >= end and day.start > today - RECENT]
    usual = learn_usual(reference)
    return Drift(
        version=champion,
        since=since,
        reference_end=end,
        stretches=list_stretches(days, since=since, until=today),
        reference=reference,
        recent=recent,
        usual=usual,
        findings=judge(usual, reference, recent),
        counted_at=max((row.counted_at for row in rows), default=None),
        is_learning=is_learning,
    )


def list_days(*, project: Project) -> QuerySet[DriftDay]:
    """Every day of every version, newest first."""
    return DriftDay.objects.filter(project=project).select_related("model_version").order_by("-day", "-pk")


def list_alerts(*, project: Project, only_unseen: bool = False) -> list[DriftAlert]:
    """The newest 50, those that are open before the others; or only what is open and nobody has seen."""
    rows = DriftAlert.objects.filter(project=project).select_related("model_version", "acknowledged_by")
    if only_unseen:
        rows = rows.filter(closed_at=None, acknowledged_at=None)
    return list(rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at")[:50])


def get_alert(
    *, user: User | AnonymousUser, alert_id: int | str, project: Project | None = None
) -> DriftAlert:
    """Raises NotFound."""
    rows = DriftAlert.objects.select_related("project", "model_version", "acknowledged_by")
    return get_visible(rows, user=user, key=alert_id, project=project)


def find_first_day(*, project: Project) -> date | None:
    """Before it nothing was read."""
    oldest = (
        Photo.objects.filter(project=project).order_by("uploaded_at").values_list("uploaded_at", flat=True)
    )
    first = oldest.first()
    return first.date() if first else None


def list_incoming(*, project: Project, span: Span) -> QuerySet[Prediction]:
    """What was read of photos that nobody had read before; what was read again later is left out."""
    earlier = Prediction.objects.filter(photo=OuterRef("photo"), pk__lt=OuterRef("pk"))
    rows = Prediction.objects.filter(span.covers("created_at"), photo__project=project, photo__is_probe=False)
    return rows.filter(~Exists(earlier))


def list_read_on(*, project: Project, day: date) -> Iterator[tuple[UUID, float, bool | None, str | None]]:
    """Of each photo first read on this day: version, confidence, whether it is readable, and why not."""
    rows = list_incoming(project=project, span=_span(day))
    return rows.values_list(
        "model_version_id", "confidence", "quality__readable", "quality__issues__0__code"
    ).iterator(chunk_size=2000)


def list_accepted_on(*, project: Project, day: date) -> Iterator[tuple[UUID, str, str]]:
    """Of each reading that was accepted on this day: the version, what it had read, and what people wrote."""
    rows: QuerySet[Annotation, Any] = Annotation.objects.filter(
        _span(day).covers("task__updated_at"),
        task__project=project,
        task__is_probe=False,
        task__state=TaskState.ACCEPTED,
        task__revision=F("revision"),
        outcome=Outcome.READ,
        prediction__vin__gt="",
    )
    return rows.values_list("prediction__model_version_id", "prediction__vin", "text").iterator(
        chunk_size=2000
    )


def _span(day: date) -> Span:
    start = datetime.combine(day, time(), tzinfo=UTC)
    return Span(start, start + timedelta(days=1))


def _to_day(row: DriftDay) -> Day:
    return Day(
        start=row.day,
        end=row.day + timedelta(days=1),
        readings=row.readings,
        confidences=row.confidences,
        refused=row.refused,
        reasons=Counter(row.reasons),
        accepted=row.accepted,
        changed=row.changed,
        edits=row.edits,
    )
