"""Rereadings: asked for, ended. The tasks are chosen at once, and read little by little."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from labeling import policies, queue
from labeling.models import BackgroundState, ModelVersion, Project, Rereading, Task, User
from labeling.operations import audit
from labeling.operations.transitions import Conflict, move
from labeling.queries.rereadings import list_not_read_by
from labeling.states import RereadingState


class CannotReread(Conflict):
    """The version is not in service, or reads open tasks again already."""

    code = "cannot_reread"


class NothingToReread(Conflict):
    """Every open task shows what the version in service read."""

    code = "nothing_to_reread"
    default_message = (
        "Every open task shows what the version in service read: there is nothing to read again."
    )


def request_rereading(*, project: Project, by: User, now: datetime) -> Rereading:
    """Let the version in service read the tasks again that nobody has touched and another one has read.

    Raises CannotReread, NothingToReread, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    with transaction.atomic():
        # After a promotion that is under way, so that the champion is the one that stays.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        champion = ModelVersion.objects.filter(project=project, state=ModelVersion.State.PROMOTED).first()
        if champion is None:
            raise CannotReread("No version is in service that could read them.")
        if _list_running(project).exists():
            raise CannotReread(f"{champion.name} reads the open tasks again already.")
        rereading = _start(champion, by, now)
    if rereading is None:
        raise NothingToReread
    return rereading


def stop_rereading(*, rereading: Rereading, by: User, now: datetime) -> Rereading:
    """End it; what was read stays, as the newest reading of its photo.

    Raises IllegalTransition, Conflict, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, rereading.project)
    _stop(rereading, by, now)
    return rereading


def replace_rereading(*, champion: ModelVersion, by: User, now: datetime, start: bool) -> Rereading | None:
    """Called in the transaction of a promotion: what the one before was about to read is this one's now."""
    for running in _list_running(champion.project):
        _stop(running, by, now)
    return _start(champion, by, now) if start else None


def _list_running(project: Project) -> QuerySet[Rereading]:
    rows = Rereading.objects.filter(project=project, state=RereadingState.RUNNING)
    return rows.select_related("project", "model_version")


def _start(champion: ModelVersion, by: User, now: datetime) -> Rereading | None:
    """None, and nothing written, where no task is to be read again."""
    chosen = list_not_read_by(version=champion)
    if not chosen.exists():
        return None
    rereading = Rereading.objects.create(
        project=champion.project, model_version=champion, total=0, requested_by=by, requested_at=now
    )
    rereading.total = _choose_items(rereading, chosen)
    rereading.save(update_fields=["total"])
    facts = {"name": champion.name, "total": rereading.total}
    audit.record(
        project=champion.project, actor=by, verb="rereading.requested", on=rereading, now=now, data=facts
    )
    queue.enqueue_on_commit(queue.READ_IN_BACKGROUND)
    return rereading


def _choose_items(rereading: Rereading, chosen: QuerySet[Task]) -> int:
    """Write down which tasks are meant, in one statement; what people see next comes first."""
    rows, parameters = chosen.order_by("-priority", "created_at").values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO labeling_rereadingitem (rereading_id, task_id, state, attempts, failure) "  # noqa: S608 - Django's SQL
            f"SELECT %s, chosen.id, %s, 0, '' FROM ({rows}) AS chosen",
            [rereading.pk, BackgroundState.WAITING.value, *parameters],
        )
        return cursor.rowcount


def _stop(rereading: Rereading, by: User, now: datetime) -> None:
    facts = {"name": rereading.model_version.name, "done": rereading.done, "total": rereading.total}
    move(
        rereading,
        RereadingState.STOPPED,
        by=by,
        verb="rereading.stopped",
        now=now,
        data=facts,
        finished_at=now,
    )
