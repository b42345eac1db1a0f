"""Counting what incoming photos are like, day by day, and saying when it leaves its band."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from inference.metrics import count_edits
from labeling import policies
from labeling.drift import BINS, bin_of
from labeling.drift_days import Finding
from labeling.models import DriftAlert, DriftDay, ModelVersion, Project, User
from labeling.operations import audit
from labeling.operations.inputs import clean_reason
from labeling.operations.transitions import Conflict
from labeling.queries.champions import get_champion
from labeling.queries.drift import find_first_day, get_drift, list_accepted_on, list_read_on
from labeling.states import ModelVersionState

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

LATE = timedelta(days=2)
"""The last days are counted anew each time: a day's work may be judged on the next one."""


class AlreadySeen(Conflict):
    """Somebody has said of the alert that they have seen it, or it is over."""

    code = "already_seen"
    default_message = "Somebody has seen to this alert already, or it is over."


@dataclass
class _Tally:
    """The counts of one version on one day, while they are made."""

    readings: int = 0
    confidences: list[int] = field(default_factory=lambda: [0] * BINS)
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    changed: int = 0
    edits: int = 0


def count_drift(*, now: Clock) -> int:
    """Count the days of every project that may have changed, and judge the last ones; returns how many days.

    A day is written at once, so that a worker that is killed goes on where it was.
    """
    count = 0
    in_service = Project.objects.filter(model_versions__state=ModelVersionState.PROMOTED)
    for project in in_service.order_by("pk"):
        for day in _list_days(project, now().date()):
            count_day(project=project, day=day, now=now())
            count += 1
        judge_project(project=project, now=now())
    return count


def count_day(*, project: Project, day: date, now: datetime) -> None:
    """Count one day anew, in place of what was counted of it before."""
    tallies: dict[UUID, _Tally] = {}
    for version, confidence, is_readable, reason in list_read_on(project=project, day=day):
        _add_reading(tallies.setdefault(version, _Tally()), confidence, is_readable, reason)
    for version, was_read, text in list_accepted_on(project=project, day=day):
        _add_accepted(tallies.setdefault(version, _Tally()), was_read, text)
    rows = [
        DriftDay(
            project=project,
            model_version_id=version,
            day=day,
            counted_at=now,
            **{name: getattr(tally, name) for name in tally.__dataclass_fields__},
        )
        for version, tally in tallies.items()
    ]
    with transaction.atomic():
        # Two jobs that count the same day wait for each other.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        DriftDay.objects.filter(project=project, day=day).delete()
        DriftDay.objects.bulk_create(rows)


def judge_project(*, project: Project, now: datetime) -> None:
    """Open an alert for each figure of the last days that has left its band; close those that are over."""
    with transaction.atomic():
        # Two jobs that judge at the same time would open an alert twice.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        champion = get_champion(project)
        findings = {each.measure: each for each in get_drift(project=project, now=now).findings}
        known = {alert.measure: alert for alert in DriftAlert.objects.filter(project=project, closed_at=None)}
        for measure, alert in known.items():
            finding = findings.get(measure)
            if alert.model_version_id != (champion and champion.pk) or (finding and not finding.is_outside):
                _close(alert, now)
        for measure, finding in findings.items():
            if champion is not None and finding.is_outside:
                _open(champion, finding, known.get(measure), now)


def acknowledge_alert(*, alert: DriftAlert, note: str, by: User, now: datetime) -> DriftAlert:
    """Say what it was, or what is done about it; it is no longer shown on the home page.

    Raises AlreadySeen, InvalidReason, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, alert.project)
    said = clean_reason(note)
    with transaction.atomic():
        unseen = DriftAlert.objects.filter(pk=alert.pk, acknowledged_at=None, closed_at=None)
        if not unseen.update(acknowledged_by=by, acknowledged_at=now, note=said):
            raise AlreadySeen
        facts = {"measure": alert.measure, "note": said}
        audit.record(
            project=alert.project, actor=by, verb="drift.acknowledged", on=alert, now=now, data=facts
        )
    alert.refresh_from_db()
    return alert


def _list_days(project: Project, today: date) -> Iterator[date]:
    """From the last days that were counted, or from the first photo on, up to today."""
    newest = DriftDay.objects.filter(project=project).order_by("-day").values_list("day", flat=True).first()
    day = newest - LATE if newest else find_first_day(project=project)
    while day is not None and day <= today:
        yield day
        day += timedelta(days=1)


def _add_reading(tally: _Tally, confidence: float, is_readable: bool | None, reason: str | None) -> None:
    tally.readings += 1
    tally.confidences[bin_of(confidence)] += 1
    if is_readable is False:
        tally.refused += 1
        tally.reasons[reason or "other"] += 1


def _add_accepted(tally: _Tally, was_read: str, text: str) -> None:
    edits = count_edits(was_read, text)
    tally.accepted += 1
    tally.changed += edits > 0
    tally.edits += edits


def _open(version: ModelVersion, finding: Finding, known: DriftAlert | None, now: datetime) -> None:
    """What is outside already stays the same alert, with the figures of now."""
    low, high = finding.band
    figures = {"value": finding.value, "low": low, "high": high, "usual": finding.usual, "n": finding.n}
    if known is not None and known.closed_at is None and known.model_version_id == version.pk:
        DriftAlert.objects.filter(pk=known.pk).update(**figures)
        return
    alert = DriftAlert.objects.create(
        project=version.project, model_version=version, measure=finding.measure, opened_at=now, **figures
    )
    facts = {
        "measure": finding.measure,
        "value": round(finding.value, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }
    audit.record(project=version.project, actor=None, verb="drift.alerted", on=alert, now=now, data=facts)
    logger.warning("Drift in %s: %s", version.project.slug, facts)


def _close(alert: DriftAlert, now: datetime) -> None:
    alert.closed_at = now
    alert.save(update_fields=["closed_at"])
    facts = {"measure": alert.measure}
    audit.record(project=alert.project, actor=None, verb="drift.ended", on=alert, now=now, data=facts)
