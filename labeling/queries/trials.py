"""How often people were found wrong lately: by reviewers, in spot checks and on known photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from labeling.models import Project, User, Verdict
from labeling.routing import MeasuredError

RECENT_TRIALS = 200
"""Of a person the newest judgements count: people learn."""


@dataclass(frozen=True, slots=True)
class Trials:
    """The newest judgements of one person of each kind, and the newest of all kinds together."""

    by_reviews: MeasuredError
    by_checks: MeasuredError
    by_probes: MeasuredError
    all: MeasuredError


def count_trials(*, project: Project, people: Sequence[User]) -> dict[int, Trials]:
    """By the keys of the people, each of whom is in it; one statement, however many they are."""
    values: dict[str, Any] = {
        "project": project.pk,
        "people": [user.pk for user in people],
        "accepted": Verdict.ACCEPTED.value,
        "recent": RECENT_TRIALS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        return {person: _build(counts) for person, *counts in cursor.fetchall()}


def _build(counts: Sequence[int]) -> Trials:
    """From the wrong ones and all of them, kind by kind."""
    return Trials(*(MeasuredError(*counts[place : place + 2]) for place in range(0, len(counts), 2)))


_COUNT = """
WITH trial AS (
    SELECT person, newest.* FROM unnest(%(people)s::bigint[]) AS person CROSS JOIN LATERAL (
        (SELECT 'review' AS kind, created_at AS at, verdict <> %(accepted)s AS is_wrong FROM labeling_review
            WHERE project_id = %(project)s AND author_id = person
            ORDER BY created_at DESC LIMIT %(recent)s)
        UNION ALL
        (SELECT 'probe', scored_at, NOT is_right FROM labeling_probe
            JOIN labeling_photo ON labeling_photo.id = known_id
            WHERE project_id = %(project)s AND person_id = person AND scored_at IS NOT NULL
            ORDER BY scored_at DESC LIMIT %(recent)s)
    ) AS newest
    UNION ALL
    SELECT author_id, 'check', checked_at, NOT is_right FROM (
        SELECT author_id, checked_at, is_right,
            row_number() OVER (PARTITION BY author_id ORDER BY checked_at DESC) AS place
        FROM labeling_spotcheck JOIN labeling_annotation ON labeling_annotation.id = annotation_id
        WHERE project_id = %(project)s AND author_id = ANY(%(people)s)
    ) AS checked WHERE place <= %(recent)s
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY person ORDER BY at DESC, is_wrong DESC) AS place FROM trial
)
SELECT person,
    count(*) FILTER (WHERE kind = 'review' AND is_wrong), count(*) FILTER (WHERE kind = 'review'),
    count(*) FILTER (WHERE kind = 'check' AND is_wrong), count(*) FILTER (WHERE kind = 'check'),
    count(*) FILTER (WHERE kind = 'probe' AND is_wrong), count(*) FILTER (WHERE kind = 'probe'),
    count(*) FILTER (WHERE place <= %(recent)s AND is_wrong), count(*) FILTER (WHERE place <= %(recent)s)
FROM unnest(%(people)s::bigint[]) AS person LEFT JOIN ranked USING (person) GROUP BY person
"""
"""A reviewer who fixed a reading or sent it back found it wrong. Each person's reviews are the beginning of
an index; spot checks are few, and looked through once for all.
"""
