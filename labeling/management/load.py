"""Rows as months of work leave them, made by the database itself: 200,000 photos in about a minute.

One row of the temporary table `load` is one photo with all that will become of it; each statement after that
fills a table from it. Shares are those of a project at work: most is accepted, a third still waits, and the
odd ones (failed, skipped, sent back, assigned, raised) are a few in a hundred.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import connection

from labeling.management.load_watching import DAYS, create_watching
from labeling.models import (
    DatasetSnapshot,
    FinetuningRun,
    Membership,
    ModelVersion,
    Project,
    PseudoRound,
    Role,
    Task,
    User,
)

ANNOTATORS, REVIEWERS = 40, 15
IN_HAND = 30
"""So many tasks are being annotated, and as many reviewed."""

SEED = 0.17
_TEXTS = ("CharField", "TextField")
_SYMBOLS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_LATER_TABLES = (
    "photo",
    "task",
    "lease",
    "prediction",
    "annotation",
    "review",
    "auditevent",
    "snapshotitem",
    "pseudolabel",
    "acquisition",
    "spotcheck",
    "shadowreading",
    "rereadingitem",
)


def create_load(*, slug: str, photos: int, now: datetime) -> Project:
    """A project called `slug` with its people and so many photos."""
    project = Project.objects.create(name=slug.capitalize(), slug=slug, created_at=now)
    people = _create_people(project, now)
    versions = _create_versions(project, people, now)
    values: dict[str, Any] = {
        "project": project.pk,
        "photos": photos,
        "now": now,
        "seed": SEED,
        "symbols": _SYMBOLS,
        "annotators": [user.pk for user in people[Role.ANNOTATOR]],
        "reviewers": [user.pk for user in people[Role.REVIEWER]],
        "admin": people[Role.ADMIN][0].pk,
        "version": versions[-1].pk,
        "in_hand": IN_HAND,
        "days": DAYS,
        "level": Task.LEVEL,
        "characters": json.dumps(_draw_characters()),
        "region": json.dumps(_draw_quad(40, 600)),
    }
    defaults = _list_defaults()
    with connection.cursor() as cursor:
        for table, column, value in defaults:
            cursor.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET DEFAULT %s', [value])
        for statement in _STATEMENTS:
            cursor.execute(statement, values)
    _create_snapshots(project, people[Role.ML_ENGINEER][0], versions, now)
    _create_round(project, people[Role.ML_ENGINEER][0], versions[-1], now)
    create_watching(project=project, by=people[Role.ML_ENGINEER][0], versions=versions, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, column, _ in defaults:
            cursor.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" DROP DEFAULT')
    return project


def _list_defaults() -> list[tuple[str, str, Any]]:
    """What the models fill in by themselves, for the time of the load: the statements name what matters."""
    tables = {f"labeling_{table}" for table in _LATER_TABLES}
    found = []
    for model in apps.get_app_config("labeling").get_models():
        for field in model._meta.concrete_fields if model._meta.db_table in tables else ():
            if field.has_default() and not callable(field.default):
                found.append(
                    (
                        model._meta.db_table,
                        str(field.column),
                        field.get_db_prep_save(field.default, connection),
                    )
                )
            elif not field.null and field.empty_strings_allowed and field.get_internal_type() in _TEXTS:
                found.append((model._meta.db_table, str(field.column), ""))
    return found


def analyze() -> None:
    """Let the planner know of the new rows; outside of their transaction, as VACUUM has to be."""
    with connection.cursor() as cursor:
        for table in _LATER_TABLES:
            cursor.execute(f"ANALYZE labeling_{table}")
        # Afterwards: while anything looks at the database as it was before, no page is marked as seen by all.
        for table in _LATER_TABLES:
            cursor.execute(f"VACUUM labeling_{table}")


def _create_people(project: Project, now: datetime) -> dict[Role, list[User]]:
    """They cannot log in: their password is none."""
    sizes = {Role.ANNOTATOR: ANNOTATORS, Role.REVIEWER: REVIEWERS, Role.ML_ENGINEER: 2, Role.ADMIN: 2}
    people = {}
    for role, size in sizes.items():
        names = [f"{project.slug}-{role.value}-{number}" for number in range(1, size + 1)]
        people[role] = User.objects.bulk_create(
            User(username=name, password=make_password(None)) for name in names
        )
        Membership.objects.bulk_create(
            Membership(project=project, user=user, role=role.value, created_at=now) for user in people[role]
        )
    return people


def _create_versions(project: Project, people: dict[Role, list[User]], now: datetime) -> list[ModelVersion]:
    states = ["archived", "archived", "archived", "archived", "promoted"]
    return ModelVersion.objects.bulk_create(
        ModelVersion(
            project=project,
            number=number,
            digest=f"{number:064x}",
            state=state,
            manifest={"name": f"load {number}"},
            created_at=now - timedelta(days=DAYS),
            promoted_at=now - timedelta(days=DAYS),
        )
        for number, state in enumerate(states, start=1)
    )


def _draw_characters() -> list[dict[str, object]]:
    """As large as what a person leaves of a photo: 17 boxes."""
    return [
        {
            "index": index,
            "symbol": "8",
            "confidence": 0.97,
            "quad": _draw_quad(40 + 33 * index, 70 + 33 * index),
            "alternatives": [{"symbol": "B", "confidence": 0.02}],
        }
        for index in range(17)
    ]


def _draw_quad(left: float, right: float) -> list[list[float]]:
    """With numbers as long as a network's."""
    corners = ((left, 92), (right, 92), (right, 148), (left, 148))
    return [[x + 1 / 3, y + 1 / 3] for x, y in corners]


def _create_snapshots(project: Project, by: User, versions: list[ModelVersion], now: datetime) -> None:
    """Each holds a larger share of what is accepted; runs were made on all of them."""
    for number in range(1, 6):
        snapshot = DatasetSnapshot.objects.create(
            project=project,
            name=f"Snapshot {number}",
            sha256=f"{number:064x}",
            split_seed=1,
            counts={"train": 900 * number, "validation": 100 * number, "test": 0},
            created_by=by,
            created_at=now,
        )
        with connection.cursor() as cursor:
            values: dict[str, Any] = {"snapshot": snapshot.pk, "share": number * 0.16}
            cursor.execute(_SNAPSHOT_ITEMS, values)
        run = FinetuningRun.objects.create(
            project=project,
            number=number,
            snapshot=snapshot,
            base_version=versions[number - 1],
            config={},
            seed=1,
            state="succeeded",
            step=800,
            steps=800,
            requested_by=by,
            requested_at=now,
        )
        made = ModelVersion.objects.filter(project=project, number=number + 1)
        made.update(run=run, base=run.base_version)


def _create_round(project: Project, by: User, teacher: ModelVersion, now: datetime) -> None:
    """What was accepted by rule is its labels; a sample of them waits for people."""
    made = PseudoRound.objects.create(
        project=project,
        number=1,
        state="auditing",
        teacher=teacher,
        validation=DatasetSnapshot.objects.filter(project=project).latest("name"),
        target=0.995,
        threshold=0.9,
        requested_by=by,
        requested_at=now,
        finished_at=now,
    )
    with connection.cursor() as cursor:
        cursor.execute(_PSEUDO_LABELS, {"round": made.pk})


_STATEMENTS = (
    "SELECT setseed(%(seed)s)",
    # 17 symbols from a hash, so that VINs look like VINs to the index of the search.
    """
    CREATE TEMPORARY TABLE load ON COMMIT DROP AS
    WITH drawn AS (
        SELECT n, gen_random_uuid() AS photo, gen_random_uuid() AS task, gen_random_uuid() AS annotation,
            gen_random_uuid() AS lease, gen_random_uuid() AS review_lease,
            sha256(('vin' || n)::bytea) AS bytes,
            random() AS fate, random() AS odd, 1 - 0.9 * power(random(), 2.5) AS confidence,
            (%(annotators)s::bigint[])[1 + n %% cardinality(%(annotators)s::bigint[])] AS author,
            (%(reviewers)s::bigint[])[1 + n %% cardinality(%(reviewers)s::bigint[])] AS reviewer,
            %(now)s::timestamptz - make_interval(secs => %(days)s * 86400.0 * n / %(photos)s) AS at
        FROM generate_series(1, %(photos)s) AS n
    )
    SELECT *,
        (SELECT string_agg(substr(%(symbols)s, 1 + get_byte(bytes, i) %% 33, 1), '')
            FROM generate_series(0, 16) AS i) AS vin,
        CASE WHEN odd < 0.004 THEN 'quarantined' WHEN odd < 0.006 THEN 'failed' WHEN odd < 0.02 THEN 'queued'
            ELSE 'ready' END AS photo_state,
        fate < 0.1 AND n > 2 * %(in_hand)s AS is_unseen,
        CASE WHEN n %% 12 = 0 THEN 'fixed' WHEN n %% 240 = 1 THEN 'overturned' ELSE '' END AS turn,
        gen_random_uuid() AS later,
        CASE WHEN n <= %(in_hand)s THEN 'in_progress' WHEN n <= 2 * %(in_hand)s THEN 'in_review'
            WHEN fate < 0.55 THEN 'accepted' WHEN fate < 0.82 THEN 'new' WHEN fate < 0.90 THEN 'submitted'
            WHEN fate < 0.94 THEN 'auto_accepted' WHEN fate < 0.97 THEN 'unreadable'
            WHEN fate < 0.985 THEN 'skipped' ELSE 'rejected' END AS state
    FROM drawn
    """,
    "UPDATE load SET photo_state = 'ready' WHERE n <= 2 * %(in_hand)s",
    "UPDATE load SET turn = '', later = annotation WHERE turn = '' OR state <> 'accepted' OR is_unseen",
    """
    INSERT INTO labeling_photo (id, project_id, sha256, name, content_type, byte_size, width, height,
        difference_hash, state, failure, attempts, uploaded_by_id, uploaded_at, rendered_at, render_attempts,
        vin, confidence, vin_source)
    SELECT photo, %(project)s, md5('a' || n) || md5('b' || n), 'IMG_' || lpad(n::text, 7, '0') || '.jpg',
        'image/jpeg', 2500000, 640, 240, n, photo_state,
        CASE photo_state WHEN 'quarantined' THEN 'The file is damaged.' WHEN 'failed' THEN 'Missing.'
            ELSE '' END,
        0, author, at, at, 1,
        CASE WHEN photo_state = 'ready' AND state <> 'unreadable' THEN vin ELSE '' END,
        CASE WHEN photo_state = 'ready' AND state NOT IN ('accepted', 'submitted', 'in_review', 'unreadable')
            THEN confidence END,
        CASE WHEN photo_state <> 'ready' THEN ''
            WHEN state IN ('accepted', 'submitted', 'in_review', 'unreadable') THEN 'human'
            ELSE 'prediction' END
    FROM load
    """,
    "DELETE FROM load WHERE photo_state <> 'ready'",
    # Of each number of the descriptor, the upper byte makes it one from 1 to 1.25.
    """
    INSERT INTO labeling_prediction (photo_id, model_version_id, vin, confidence, region, characters, quality,
        stages, descriptor, milliseconds, created_at)
    SELECT photo, %(version)s,
        CASE WHEN n %% 6 = 0 AND state IN ('accepted', 'submitted', 'in_review')
            THEN overlay(vin PLACING '8' FROM 12) ELSE vin END,
        confidence, %(region)s::jsonb, %(characters)s::jsonb, '{}', '{}',
        decode(regexp_replace(md5('a' || n) || md5('b' || n) || md5('c' || n), '(..)', '\\13c', 'g'), 'hex'),
        90, at
    FROM load
    """,
    """
    INSERT INTO labeling_task (id, project_id, photo_id, state, priority, confidence, revision, assignee_id,
        decided_by, rejection_reason, skip_reason, created_at, updated_at)
    SELECT task, %(project)s, photo, state,
        1 - confidence + CASE WHEN odd > 0.98 THEN %(level)s WHEN odd > 0.97 THEN -%(level)s ELSE 0 END,
        CASE WHEN state NOT IN ('accepted', 'submitted', 'in_review', 'unreadable') THEN confidence END,
        CASE WHEN state IN ('new', 'skipped', 'in_progress', 'auto_accepted') THEN 0
            WHEN turn <> '' THEN 2 ELSE 1 END,
        CASE WHEN state IN ('new', 'rejected') AND odd > 0.9 THEN author END,
        CASE WHEN is_unseen THEN 'policy' WHEN state IN ('accepted', 'unreadable') THEN 'review' ELSE '' END,
        CASE WHEN state = 'rejected' THEN 'A character is wrong' ELSE '' END,
        CASE WHEN state <> 'skipped' THEN '' WHEN n %% 3 = 0 THEN 'No VIN in it' WHEN n %% 3 = 1
            THEN 'The plate is in a mirror' ELSE 'Not my kind of photo' END,
        at, at + interval '1 day'
    FROM load
    """,
    """
    INSERT INTO labeling_acquisition (task_id, prediction_id, selected_by, uncertainty, disagreement,
        legibility, novelty, details)
    SELECT task, labeling_prediction.id, CASE WHEN n %% 5 = 0 THEN 'random' ELSE 'worth' END,
        1 - load.confidence, 0, 1, odd, '{"weak": [8], "differing": []}'::jsonb
    FROM load JOIN labeling_prediction ON photo_id = photo
    """,
    """
    INSERT INTO labeling_lease (id, task_id, holder_id, kind, created_at, renewed_at, expires_at, ended_at,
        end_reason)
    SELECT lease, task, author, 'annotate', at, at, at + interval '5 minutes', at + interval '1 minute',
        'submitted'
    FROM load WHERE state NOT IN ('new', 'in_progress', 'auto_accepted')
    UNION ALL
    SELECT review_lease, task, reviewer, 'review', at, at, at + interval '5 minutes',
        at + interval '1 minute', 'reviewed'
    FROM load WHERE state IN ('accepted', 'rejected', 'unreadable') AND NOT is_unseen
    UNION ALL
    SELECT gen_random_uuid(), task, CASE state WHEN 'in_review' THEN reviewer ELSE author END,
        CASE state WHEN 'in_review' THEN 'review' ELSE 'annotate' END,
        %(now)s, %(now)s, %(now)s + interval '1 hour', NULL, ''
    FROM load WHERE state IN ('in_progress', 'in_review')
    """,
    """
    INSERT INTO labeling_annotation (id, task_id, revision, text, region, characters, outcome,
        unreadable_reason, author_id, prediction_id, lease_id, base_revision, created_at, keystrokes,
        active_ms)
    SELECT annotation, task, 1,
        CASE WHEN state = 'unreadable' THEN '' WHEN turn <> '' THEN overlay(load.vin PLACING 'X' FROM 5)
            ELSE load.vin END,
        %(region)s::jsonb, %(characters)s::jsonb,
        CASE state WHEN 'unreadable' THEN 'unreadable' ELSE 'read' END,
        CASE state WHEN 'unreadable' THEN 'Glare' ELSE '' END, author, labeling_prediction.id, lease, 0, at,
        1 + n %% 23, 700 + n %% 9001
    FROM load JOIN labeling_prediction ON photo_id = photo
    WHERE state NOT IN ('new', 'skipped', 'in_progress', 'auto_accepted')
    """,
    # What a reviewer fixed in the review, and what was read anew days after it was accepted.
    """
    INSERT INTO labeling_annotation (id, task_id, revision, text, region, characters, outcome, author_id,
        prediction_id, lease_id, base_revision, created_at)
    SELECT later, task, 2, load.vin, %(region)s::jsonb, %(characters)s::jsonb, 'read',
        CASE turn WHEN 'fixed' THEN reviewer ELSE author END, labeling_prediction.id,
        CASE turn WHEN 'fixed' THEN review_lease END, 1,
        CASE turn WHEN 'fixed' THEN at ELSE at + interval '3 days' END
    FROM load JOIN labeling_prediction ON photo_id = photo WHERE turn <> ''
    """,
    """
    INSERT INTO labeling_review (annotation_id, author_id, reviewer_id, verdict, reason, lease_id,
        corrected_id, created_at, active_ms)
    SELECT annotation, author, reviewer,
        CASE WHEN state = 'rejected' THEN 'rejected' WHEN turn = 'fixed' THEN 'fixed_and_accepted'
            ELSE 'accepted' END,
        CASE state WHEN 'rejected' THEN 'A character is wrong' ELSE '' END, review_lease,
        CASE turn WHEN 'fixed' THEN later END, at, 500 + n %% 4001
    FROM load WHERE state IN ('accepted', 'rejected', 'unreadable') AND NOT is_unseen
    """,
    # Oldest first, as events come; each verb is written by whom it is in the product.
    """
    INSERT INTO labeling_auditevent (project_id, actor_id, verb, object_type, object_id, data, created_at)
    SELECT %(project)s, CASE who WHEN 'author' THEN author WHEN 'reviewer' THEN reviewer END, verb, kind,
        CASE kind WHEN 'photo' THEN photo ELSE task END::text, '{}', at
    FROM load CROSS JOIN (VALUES
        (1, 'author', 'photo.uploaded', 'photo', 0), (2, '', 'photo.queued', 'photo', 0),
        (3, '', 'photo.claimed', 'photo', 0), (4, '', 'photo.read', 'photo', 0),
        (5, '', 'task.opened', 'task', 0), (6, 'author', 'lease.claimed', 'task', 1),
        (7, 'author', 'annotation.submitted', 'task', 1), (8, 'reviewer', 'lease.claimed', 'task', 2),
        (9, 'reviewer', 'review.submitted', 'task', 2)
    ) AS steps (step, who, verb, kind, stage)
    WHERE stage <= CASE WHEN is_unseen THEN 1 WHEN state IN ('accepted', 'rejected', 'unreadable') THEN 2
        WHEN state IN ('submitted', 'in_review', 'skipped') THEN 1 ELSE 0 END
    ORDER BY at, n, step
    """,
)

_PSEUDO_LABELS = """
    INSERT INTO labeling_pseudolabel (id, pseudo_round_id, task_id, prediction_id, is_audited, "end")
    SELECT gen_random_uuid(), %(round)s, task, labeling_prediction.id, n %% 10 = 0, ''
    FROM load JOIN labeling_prediction ON photo_id = photo WHERE state = 'auto_accepted'
"""

_SNAPSHOT_ITEMS = """
    INSERT INTO labeling_snapshotitem (snapshot_id, photo_id, annotation_id, vin, place, split)
    SELECT %(snapshot)s, photo, later, vin, 'label',
        CASE n %% 10 WHEN 1 THEN 'validation' ELSE 'train' END
    FROM load WHERE state = 'accepted' AND fate < %(share)s * 0.55
"""
