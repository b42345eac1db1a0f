"""The task queue: what waits in which order and for whom, and actions on many tasks at once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from labeling.errors import DomainError
from labeling.models import BulkAction, BulkKind, LeaseKind, Project
from labeling.operations import bulk as operations
from labeling.operations import leases
from labeling.policies import Capability, Forbidden, can
from labeling.queries import bulk, queue_glance, task_filters, tasks
from labeling.queries.paging import InvalidCursor, Page
from labeling.states import TaskState
from webapp.bulk_words import BUTTONS, CAREFUL, VERBS, ActionLine, describe_action, name_kind
from webapp.queue_filters import CHIPS, HELD, QueueFilters, list_choices, read_filters
from webapp.queue_forms import BulkForm
from webapp.views.access import current_user, project_action, project_page

PAGE_SIZE = 50
RECENT = 8


@project_page(Capability.REVIEW)
def queue(request: HttpRequest, project: Project) -> HttpResponse:
    """The queue with its filters; a manager also sees who has what in hand."""
    manages = can(current_user(request), Capability.MANAGE_QUEUE, project)
    filters = read_filters(request.GET, people=manages)
    page = _list_page(project, filters)
    glance = queue_glance.get_glance(project=project)
    kinds = bulk.list_kinds(project=project, user=current_user(request))
    actions = _list_actions(request, project, kinds)
    people = queue_glance.list_assignable(project=project) if manages else []
    context = {
        "filters": filters,
        "tasks": page.items,
        "next_cursor": page.next_cursor,
        "page_size": PAGE_SIZE,
        "glance": glance,
        "to_annotate": glance.count_waiting(LeaseKind.ANNOTATE),
        "to_review": glance.count_waiting(LeaseKind.REVIEW),
        "sent_back": glance.counts.get(TaskState.REJECTED, 0),
        "in_hand": _count(glance, HELD),
        "skipped": glance.counts.get(TaskState.SKIPPED, 0),
        "chips": [(value, word, _count(glance, value)) for value, word in CHIPS],
        "people": people,
        "choices": list_choices(filters, people if manages else None),
        "buttons": [(kind.value, *BUTTONS[kind]) for kind in BUTTONS if kind in kinds],
        "actions": actions,
        "any_under_way": any(line.action.is_under_way for line in actions),
        "query": request.GET.urlencode(),
        "manages": manages,
    }
    return render(request, "queue.html", context)


@project_action(Capability.REVIEW)
def act(request: HttpRequest, project: Project) -> HttpResponse:
    """A bulk action on ticked rows, or on all that the address's filter means: asks first where it should."""
    manages = can(current_user(request), Capability.MANAGE_QUEUE, project)
    filters = read_filters(request.GET, people=manages)
    form = BulkForm(request.POST, people=queue_glance.list_assignable(project=project))
    if not form.is_valid():
        messages.error(request, form.first_error())
        return _back(request, project)
    wanted = form.choose(filters.to_task_filter())
    count = operations.count_bulk(
        project=project,
        kind=form.what,
        wanted=wanted,
        by=current_user(request),
        assignee=form.whom,
        now=timezone.now(),
    )
    if not count.changing:
        messages.warning(request, _say_nothing_fits(form.what, count.matching))
        return _back(request, project)
    if form.agreed is None and (form.is_whole or form.what in CAREFUL):
        return _ask(request, project, form, count)
    return _act(request, project, form, wanted, form.agreed or count.changing)


def _act(request: HttpRequest, project: Project, form: BulkForm, wanted: Any, confirmed: int) -> HttpResponse:
    try:
        action = operations.request_bulk_action(
            project=project,
            kind=form.what,
            wanted=wanted,
            by=current_user(request),
            now=timezone.now(),
            confirmed=confirmed,
            assignee=form.whom,
        )
    except operations.MoreThanConfirmed as error:
        count = operations.BulkCount(matching=error.fields["count"], changing=error.fields["count"])
        return _ask(request, project, form, count, message=error.message)
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return _back(request, project)
    return _back(request, project, done=action)


def _ask(
    request: HttpRequest, project: Project, form: BulkForm, count: Any, message: str = ""
) -> HttpResponse:
    """The page that says how many tasks are meant, and what cannot be undone."""
    context = {
        "form": form,
        "count": count,
        "left": count.matching - count.changing,
        "verb": VERBS[form.what],
        "title": name_kind(form.what, count.changing, form.whom),
        "is_careful": form.what in CAREFUL,
        "is_long": count.changing > operations.AT_ONCE,
        "message": message,
        "query": request.GET.urlencode(),
    }
    return render(request, "queue_confirm.html", context, status=409 if message else 200)


@project_action(Capability.REVIEW)
def undo(request: HttpRequest, project: Project, action_id: UUID) -> HttpResponse:
    action = bulk.get_bulk_action(user=current_user(request), action_id=action_id, project=project)
    operations.undo_bulk_action(action=action, by=current_user(request), now=timezone.now())
    return _back(request, project, done=action)


@project_action(Capability.REVIEW)
def stop(request: HttpRequest, project: Project, action_id: UUID) -> HttpResponse:
    action = bulk.get_bulk_action(user=current_user(request), action_id=action_id, project=project)
    operations.stop_bulk_action(action=action, by=current_user(request), now=timezone.now())
    return _back(request, project, done=action)


@project_action(Capability.MANAGE_QUEUE)
def recall(request: HttpRequest, project: Project, task_id: UUID) -> HttpResponse:
    """Take a photo from whoever has it in hand."""
    task = tasks.get_task(user=current_user(request), task_id=task_id, project=project)
    lease = leases.recall_lease(task=task, by=current_user(request), now=timezone.now())
    messages.success(
        request,
        f"{task.photo.name} is free again. What {lease.holder} typed is kept as their draft.",
    )
    return _back(request, project)


def _list_page(project: Project, filters: QueueFilters) -> Page[Any]:
    """One page. A cursor that this list did not make leads to the beginning."""
    wanted, now = filters.to_task_filter(), timezone.now()
    try:
        return task_filters.list_tasks(
            project=project, wanted=wanted, now=now, after=filters.after, limit=PAGE_SIZE
        )
    except InvalidCursor:
        return task_filters.list_tasks(project=project, wanted=wanted, now=now, limit=PAGE_SIZE)


def _count(glance: queue_glance.Glance, chip: str) -> int:
    return sum(glance.counts.get(state, 0) for state in QueueFilters(state=chip).states)


def _list_actions(request: HttpRequest, project: Project, allowed: list[BulkKind]) -> list[ActionLine]:
    """What was done lately, and which of it this person may undo or stop."""
    recent = bulk.list_bulk_actions(project=project, limit=RECENT)
    newest = request.GET.get("done", "")
    return [
        describe_action(action, allowed=allowed, is_newest=str(action.pk) == newest, now=timezone.now())
        for action in recent
    ]


def _say_nothing_fits(kind: BulkKind, matching: int) -> str:
    if not matching:
        return "No task matches any more. Take a filter away, or tick other rows."
    return f"None of these {matching:,} can be {VERBS[kind]}: they are so already, or finished."


def _back(request: HttpRequest, project: Project, done: BulkAction | None = None) -> HttpResponseRedirect:
    """To the queue under the same filters."""
    query = request.GET.copy()
    query.pop("done", None)
    if done is not None:
        query["done"] = str(done.pk)
    address = reverse("queue", args=[project.slug])
    return redirect(f"{address}?{query.urlencode()}" if query else address)
