"""What months of watching leave in a load: spot checks, a shadow, a rereading, days of drift.

The statements read the temporary table `load` of labeling/management/load.py. Nothing of it is under way, so
that no worker begins to read photos that are not there.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from labeling.drift import BINS
from labeling.models import (
    AcquisitionOrder,
    DriftAlert,
    DriftDay,
    ModelVersion,
    Project,
    Rereading,
    Shadow,
    ShadowEnd,
    User,
)
from labeling.states import RereadingState, ShadowState

DAYS = 180
"""So long ago is the oldest photo."""

MOST_SHADOWED = 20_000


def create_watching(*, project: Project, by: User, versions: list[ModelVersion], now: datetime) -> None:
    """The last of the versions is in service, and the one before it was its shadow."""
    champion, shadowing = versions[-1], versions[-2]
    shadow = Shadow.objects.create(
        project=project,
        model_version=shadowing,
        champion=champion,
        state=ShadowState.ENDED,
        share=1.0,
        most_photos=MOST_SHADOWED,
        until=now,
        started_by=by,
        started_at=now - timedelta(days=DAYS),
        ended_at=now,
        end_reason=ShadowEnd.ENOUGH,
    )
    rereading = Rereading.objects.create(
        project=project,
        model_version=champion,
        state=RereadingState.DONE,
        total=0,
        requested_by=by,
        requested_at=now - timedelta(hours=6),
        finished_at=now,
    )
    values: dict[str, Any] = {"shadow": shadow.pk, "rereading": rereading.pk, "most": MOST_SHADOWED}
    with connection.cursor() as cursor:
        cursor.execute(_SPOT_CHECKS, values)
        cursor.execute(_SHADOW_READINGS, values)
        cursor.execute(_REREADING_ITEMS, values)
        cursor.execute(_COUNT_ITEMS, values)
    _create_days(champion, now)
    rereading.refresh_from_db()
    AcquisitionOrder.objects.create(project=project, tasks=rereading.total, ordered_at=now)


def _create_days(champion: ModelVersion, now: datetime) -> None:
    """Since the version came into service, and an alert that is open."""
    DriftDay.objects.bulk_create(
        DriftDay(
            project=champion.project,
            model_version=champion,
            day=(now - timedelta(days=ago)).date(),
            readings=1000 + ago % 7,
            confidences=[66] * (BINS - 1) + [1000 + ago % 7 - 66 * (BINS - 1)],
            refused=20 + ago % 5,
            reasons={"dark": 20, "glare": ago % 5},
            accepted=500,
            changed=80 + ago % 11,
            edits=100 + ago % 11,
            counted_at=now,
        )
        for ago in range(DAYS)
    )
    DriftAlert.objects.create(
        project=champion.project,
        model_version=champion,
        measure="changed",
        value=0.2,
        low=0.1,
        high=0.19,
        usual=0.15,
        n=500,
        opened_at=now,
    )


# A twentieth of what the policy accepted: the sheet still begins with what nobody has seen.
_SPOT_CHECKS = """
    INSERT INTO labeling_spotcheck (task_id, annotation_id, is_right, checked_by_id, checked_at)
    SELECT task, annotation, TRUE, reviewer, at + interval '2 days'
    FROM load WHERE state = 'accepted' AND is_unseen AND n %% 20 = 0
"""

_SHADOW_READINGS = """
    INSERT INTO labeling_shadowreading (shadow_id, photo_id, prediction_id, vin, confidence, milliseconds,
        listed_at, read_at, state, attempts, failure)
    SELECT %(shadow)s, photo, labeling_prediction.id,
        CASE WHEN n %% 9 = 0 THEN overlay(load.vin PLACING 'X' FROM 3) ELSE load.vin END, load.confidence,
        80 + n %% 90, at, at, 'read', 1, ''
    FROM load JOIN labeling_prediction ON photo_id = photo ORDER BY n LIMIT %(most)s
"""

_REREADING_ITEMS = """
    INSERT INTO labeling_rereadingitem (rereading_id, task_id, state, attempts, failure)
    SELECT %(rereading)s, task, 'read', 1, '' FROM load WHERE state = 'new'
"""

_COUNT_ITEMS = """
    UPDATE labeling_rereading SET total = counted.n, read = counted.n
    FROM (SELECT count(*) AS n FROM labeling_rereadingitem WHERE rereading_id = %(rereading)s) AS counted
    WHERE id = %(rereading)s
"""
