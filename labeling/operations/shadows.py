"""Shadows: a version is started beside the champion, photos are listed for it, and it ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from labeling import policies
from labeling.errors import DomainError
from labeling.models import (
    BackgroundState,
    ModelVersion,
    Prediction,
    Project,
    Shadow,
    ShadowEnd,
    ShadowReading,
    User,
)
from labeling.operations import audit
from labeling.operations.routes import draw_for
from labeling.operations.transitions import Conflict, move
from labeling.queries.champions import get_champion
from labeling.states import ShadowState

MOST_PHOTOS = 20_000
MOST_DAYS = 90
DEFAULT_SHARE, DEFAULT_PHOTOS, DEFAULT_DAYS = 1.0, 1000, 14


class InvalidShadow(DomainError):
    """A share, a number of photos or of days that makes no sense."""

    code = "invalid_shadow"


class CannotShadow(Conflict):
    """The version is in service itself, nothing is, or the project has a shadow already."""

    code = "cannot_shadow"


def start_shadow(
    *,
    version: ModelVersion,
    by: User,
    now: datetime,
    share: float = DEFAULT_SHARE,
    most_photos: int = DEFAULT_PHOTOS,
    days: int = DEFAULT_DAYS,
) -> Shadow:
    """Let a version read what the champion reads from now on, without anybody working with its readings.

    Raises InvalidShadow, CannotShadow, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, version.project)
    _check_limits(share, most_photos, days)
    with transaction.atomic():
        # After a promotion that is under way, so that the champion is the one that stays.
        Project.objects.select_for_update(no_key=True).get(pk=version.project_id)
        version.refresh_from_db()
        shadow = Shadow.objects.create(
            project=version.project,
            model_version=version,
            champion=_find_partner(version),
            share=share,
            most_photos=most_photos,
            until=now + timedelta(days=days),
            started_by=by,
            started_at=now,
        )
        facts = {"name": version.name, "champion": shadow.champion.name, "share": share}
        audit.record(project=version.project, actor=by, verb="shadow.started", on=shadow, now=now, data=facts)
    return shadow


def stop_shadow(*, shadow: Shadow, by: User, now: datetime) -> Shadow:
    """End a shadow; what it has read stays. Raises IllegalTransition, Conflict, Forbidden."""
    policies.check_can(by, policies.Capability.TRAIN, shadow.project)
    _end(shadow, ShadowEnd.STOPPED, by, now)
    return shadow


def end_shadow_for(*, champion: ModelVersion, by: User, now: datetime) -> None:
    """Another version came into service: there is nothing to stand beside any more."""
    for shadow in _list_running().filter(project=champion.project):
        reason = ShadowEnd.PROMOTED if shadow.model_version_id == champion.pk else ShadowEnd.REPLACED
        _end(shadow, reason, by, now)


def end_shadow_of_rejected(*, version: ModelVersion, now: datetime) -> None:
    """The gate turned the version down."""
    for shadow in _list_running().filter(model_version=version):
        _end(shadow, ShadowEnd.NOT_PASSED, None, now)


def end_due_shadows(*, now: datetime) -> int:
    """End those that have read enough, or whose time is over; returns how many."""
    due = [(shadow, reason) for shadow in _list_running() if (reason := _find_end(shadow, now))]
    for shadow, reason in due:
        try:
            _end(shadow, reason, None, now)
        except Conflict:
            continue  # a person stopped it this moment
    return len(due)


def list_for_shadow(*, prediction: Prediction, now: datetime) -> None:
    """Write down that the running shadow is to read this photo too, where the draw says so.

    Called in the transaction that records what the champion read, and all that a shadow ever costs it.
    """
    shadow = Shadow.objects.filter(
        project=prediction.photo.project_id,
        state=ShadowState.RUNNING,
        champion=prediction.model_version_id,
        until__gt=now,
    ).first()
    about = f"{shadow.pk}:{prediction.photo_id}" if shadow else ""
    if shadow is None or draw_for(prediction.photo.project, "shadow", about) >= shadow.share:
        return
    row = ShadowReading(shadow=shadow, photo=prediction.photo, prediction=prediction, listed_at=now)
    ShadowReading.objects.bulk_create([row], ignore_conflicts=True)


def _list_running() -> QuerySet[Shadow]:
    rows = Shadow.objects.filter(state=ShadowState.RUNNING)
    return rows.select_related("project", "model_version", "champion")


def _check_limits(share: float, most_photos: int, days: int) -> None:
    problems = {
        "share": "A share above 0, up to 1." if not 0 < share <= 1 else "",
        "most_photos": f"A whole number from 1 to {MOST_PHOTOS:,}."
        if not 1 <= most_photos <= MOST_PHOTOS
        else "",
        "days": f"A whole number from 1 to {MOST_DAYS}." if not 1 <= days <= MOST_DAYS else "",
    }
    wrong = {name: problem for name, problem in problems.items() if problem}
    if wrong:
        raise InvalidShadow("The shadow cannot be started like this.", fields=wrong)


def _find_partner(version: ModelVersion) -> ModelVersion:
    champion = get_champion(version.project)
    if champion is None:
        raise CannotShadow("No version is in service that it could read beside.")
    if champion == version:
        raise CannotShadow(f"{version.name} is in service itself.")
    running = Shadow.objects.filter(project=version.project, state=ShadowState.RUNNING).first()
    if running is not None:
        raise CannotShadow(f"{running.model_version.name} is the shadow of this project. Stop it first.")
    return champion


def _find_end(shadow: Shadow, now: datetime) -> ShadowEnd | None:
    if shadow.until <= now:
        return ShadowEnd.TIME
    done = shadow.readings.filter(state__in=(BackgroundState.READ, BackgroundState.FAILED))
    return ShadowEnd.ENOUGH if done.count() >= shadow.most_photos else None


def _end(shadow: Shadow, reason: ShadowEnd, by: User | None, now: datetime) -> None:
    """What waits to be read by it is forgotten."""
    facts = {"name": shadow.model_version.name, "reason": reason.value}
    with transaction.atomic():
        move(
            shadow,
            ShadowState.ENDED,
            by=by,
            verb="shadow.ended",
            now=now,
            data=facts,
            ended_at=now,
            end_reason=reason.value,
        )
        unread = (BackgroundState.WAITING, BackgroundState.CLAIMED)
        ShadowReading.objects.filter(shadow=shadow, state__in=unread).delete()
