"""A project with something on every page, and a key for every address."""

from __future__ import annotations

import io

from django.utils import timezone

from labeling.models import Membership, Project
from labeling.operations import bulk, comments, invitations, leases, tokens, transfers
from labeling.queries.task_filters import TaskFilter
from tests.functional.desk import WRONG, Desk
from tests.integration.views import rows
from tests.pseudo_rounds import add_readings, trust


def furnish(desk: Desk) -> dict[str, object]:
    """Fill the project, and let its admin have a second one.

    Returns what to put into addresses, by the names of their parameters.
    """
    people, now = desk.people, timezone.now()
    reviewed, skipped, raised, waiting = (desk.add_photo(doubts=WRONG) for _ in range(4))
    desk.submit(reviewed)
    version = people.project.model_versions.get()
    challenger = rows.add_version(people, 2, "evaluated", base=version)
    snapshot = rows.add_snapshot(people)
    rows.add_evaluation(version, snapshot, exact=8)
    rows.add_evaluation(challenger, snapshot, exact=9)
    rows.add_decision(challenger, version, snapshot, passed=False)
    rows.add_promotion(people, version)
    run = rows.add_run(
        people, snapshot, version, state="failed", step=20, steps=100, error="The disk is full."
    )
    rows.add_metrics(run, 2.0, 1.4, 1.1)
    rows.add_prediction(reviewed.photo, challenger, quality=rows.QUALITY, stages=rows.STAGES)
    shadow = rows.add_shadow(people, challenger, version)
    for days_ago, task in enumerate((reviewed, waiting, raised)):
        prediction = task.photo.predictions.filter(model_version=version).latest("created_at")
        rows.add_shadow_reading(
            shadow, prediction, rows.VIN if days_ago else prediction.vin, days_ago=days_ago
        )
    rereading = rows.add_rereading(people, version)
    alert = rows.add_drift(people, version)
    type(skipped).objects.filter(pk=skipped.pk).update(state="skipped", skip_reason="No VIN in it")
    action = bulk.request_bulk_action(
        project=people.project,
        kind="raise",
        wanted=TaskFilter(ids=(str(raised.pk),)),
        by=people.admin,
        confirmed=1,
        now=now,
    )
    lease = leases.claim_task(task=raised, holder=people.reviewer, kind="annotate", now=now)
    _, invitation = invitations.invite_member(
        project=people.project, role="annotator", name="Ada", by=people.admin, now=now
    )
    second = Project.objects.create(name="Second yard", slug="second-yard", created_at=now)
    Membership.objects.create(project=second, user=people.admin, role="admin", created_at=now)
    transfer = transfers.request_import(
        project=people.project,
        file=io.BytesIO(b"file,vin\n"),
        name="list.csv",
        format="csv",
        by=people.admin,
        now=now,
    )
    pseudo_round = trust(*(desk.add_photo() for _ in range(3)), by=people.ml_engineer)
    add_readings(pseudo_round)
    token, _ = tokens.create_token(
        user=people.admin, name="nightly import", scopes=["read"], expires_at=None, now=now
    )
    comment = comments.add_comment(
        task=waiting, author=people.annotator, text="@admin torn here", index=3, now=now
    )
    return {
        "slug": people.project.slug,
        "photo_id": reviewed.photo_id,
        "task_id": waiting.pk,
        "lease_id": lease.pk,
        "snapshot_id": snapshot.pk,
        "run_id": run.pk,
        "round_id": pseudo_round.pk,
        "version_id": challenger.pk,
        "shadow_id": shadow.pk,
        "rereading_id": rereading.pk,
        "alert_id": alert.pk,
        "action_id": action.pk,
        "comment_id": comment.pk,
        "mention_id": comment.mentions.get().pk,
        "prediction_id": reviewed.photo.predictions.latest("created_at").pk,
        "annotation_id": reviewed.annotations.latest("revision").pk,
        "transfer_id": transfer.pk,
        "table": "people",
        "member_id": Membership.objects.get(project=people.project, user=people.annotator).pk,
        "token_id": token.pk,
        "token": invitation,
        "rendition": "display",
    }
