"""Photos: the grid with its filters, and one photo with everything that is known of it."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from labeling.models import Annotation, DecidedBy, LeaseKind, Photo, Prediction, Project, Task
from labeling.operations import photos as operations
from labeling.operations import probes
from labeling.operations import tasks as task_operations
from labeling.operations.archives import ARCHIVE_FACTOR
from labeling.policies import CAPABILITIES, Capability, can_review, get_role, has_read
from labeling.queries import annotations, comments, members, pages, photos, predictions
from labeling.queries.pages import BROKEN, UNREAD
from labeling.queries.paging import InvalidCursor, Page
from labeling.queries.pseudo_rounds import find_label
from labeling.queries.tasks import NEEDED, find_own_skip
from labeling.states import TaskState
from webapp.drawings import Drawing, draw_reading
from webapp.explanations import Explanation, explain_reading
from webapp.forms_datasets import KindForm
from webapp.views.access import current_user, project_action, project_page
from webapp.work_filters import WorkChoice, read_work

PAGE_SIZE = 48
TASK_STATES = {state.value for state in TaskState}
CHIPS = (
    ("", "All"),
    ("unread", "Being read"),
    (TaskState.NEW.value, "To annotate"),
    (TaskState.REJECTED.value, "Sent back"),
    (TaskState.SECOND_READING.value, "2nd reading"),
    (TaskState.SUBMITTED.value, "To review"),
    (TaskState.CONFLICT.value, "Conflict"),
    (TaskState.ACCEPTED.value, "Accepted"),
    (TaskState.AUTO_ACCEPTED.value, "Pseudo-label"),
    (TaskState.UNREADABLE.value, "Unreadable"),
    (TaskState.SKIPPED.value, "Skipped"),
    ("broken", "Failed"),
)
CONFIDENCE = {
    "": ("Any confidence", None, None),
    "low": ("Below 75 %", None, 0.75),
    "medium": ("75 to 95 %", 0.75, 0.95),
    "high": ("95 % and more", 0.95, None),
}
ORDERS = {
    "": ("Newest first", "newest"),
    "uncertain": ("Least certain first", "least_certain"),
    "vin": ("By VIN", "vin"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; anything it does not know counts as nothing."""

    state: str
    text: str
    confidence: str
    order: str
    after: str
    work: WorkChoice | None

    @property
    def is_any(self) -> bool:
        return bool(self.state or self.text or self.confidence or self.after or self.work)


def read_filters(request: HttpRequest, project: Project) -> Filters:
    """Raises Forbidden where it asks for the work of somebody else."""

    def choose(name: str, known: Any) -> str:
        value = request.GET.get(name, "")
        return value if value in known else ""

    return Filters(
        state=choose("state", dict(CHIPS)),
        text=request.GET.get("text", "").strip()[:100],
        confidence=choose("confidence", CONFIDENCE),
        order=choose("order", ORDERS),
        after=request.GET.get("after", "")[:200],
        work=read_work(request.GET.dict(), project=project, viewer=current_user(request)),
    )


@project_page()
def photo_list(request: HttpRequest, project: Project) -> HttpResponse:
    """The grid; asked by htmx, its cards alone."""
    filters = read_filters(request, project)
    page = _find_photos(project, filters)
    context = {
        "photos": page.items,
        "next_cursor": page.next_cursor,
        "unread": any(photo.state in UNREAD or not photo.rendered_at for photo in page.items),
        "filters": filters,
        "chips": [{"value": value, "word": word} for value, word in CHIPS],
        "confidence_choices": [(value, choice[0]) for value, choice in CONFIDENCE.items()],
        "order_choices": [(value, choice[0]) for value, choice in ORDERS.items()],
        "grid_url": request.get_full_path(),
        "page_size": PAGE_SIZE,
        "max_megabytes": settings.MAX_UPLOAD_MEGABYTES,
        "max_archive_megabytes": settings.MAX_UPLOAD_MEGABYTES * ARCHIVE_FACTOR,
    }
    is_part = getattr(request, "htmx", False)
    return render(request, "parts/photo_grid.html" if is_part else "photos.html", context)


def _find_photos(project: Project, filters: Filters) -> Page[Photo]:
    """One page. A cursor that this list did not make leads to the beginning."""
    _, low, high = CONFIDENCE[filters.confidence]
    find = partial(
        photos.list_photos,
        project=project,
        states={"unread": UNREAD, "broken": BROKEN}.get(filters.state, ()),
        task_state=filters.state if filters.state in TASK_STATES else "",
        text=filters.text,
        min_confidence=low,
        max_confidence=high,
        work=filters.work.work if filters.work else None,
        order=ORDERS[filters.order][1],
        limit=PAGE_SIZE,
    )
    try:
        return find(after=filters.after)
    except InvalidCursor:
        return find()


@project_page()
def photo(request: HttpRequest, project: Project, photo_id: UUID) -> HttpResponse:
    """One photo: what was read by whom, drawn on it."""
    shown = photos.get_photo(user=current_user(request), photo_id=photo_id, project=project)
    task = getattr(shown, "task", None)
    readings = _name_drawings(predictions.list_predictions(photo=shown), "p")
    revisions = _name_drawings(annotations.list_annotations(photo=shown, user=current_user(request)), "a")
    drawing = _choose_drawing(shown, readings, revisions, request.GET.get("show", ""))
    context = {
        "photo": shown,
        "task": task,
        "pseudo_label": find_label(task=task) if task else None,
        "is_unread": shown.state in UNREAD or not shown.rendered_at,
        "predictions": readings,
        "annotations": revisions,
        "drawing": drawing,
        "how": _explain(drawing, readings),
        "events": pages.list_events_of_photo(
            photo=shown, user=current_user(request), hides_authors=_hides_authors(task)
        ),
        "comments": comments.list_comments(task=task, viewer=current_user(request)) if task else [],
        "positions": _list_positions(drawing),
        "member_names": members.list_member_names(project=project),
        "work": _offer_work(request, project, task),
        "can_reopen": _can_take_back(request, task, revisions),
        "kind_form": KindForm(initial={"kind": shown.kind}),
    }
    return render(request, "photo.html", context)


def _hides_authors(task: Task | None) -> bool:
    return task is not None and annotations.hides_authors(task)


@project_action(Capability.UPLOAD)
def reread(request: HttpRequest, project: Project, photo_id: UUID) -> HttpResponse:
    shown = photos.get_photo(user=current_user(request), photo_id=photo_id, project=project)
    operations.reread_photo(photo=shown, by=current_user(request), now=timezone.now())
    messages.success(request, "The photo is in the queue again. What people wrote stays.")
    return redirect("photo", project.slug, photo_id)


@project_action(Capability.MANAGE_POLICY)
def known(request: HttpRequest, project: Project, photo_id: UUID) -> HttpResponse:
    shown = photos.get_photo(user=current_user(request), photo_id=photo_id, project=project)
    is_known = not shown.is_known
    probes.mark_known(photo=shown, by=current_user(request), now=timezone.now(), is_known=is_known)
    words = "The photo measures people from now on." if is_known else "The photo was let go."
    messages.success(request, words)
    return redirect("photo", project.slug, photo_id)


@project_action(Capability.UPLOAD)
def change_kind(request: HttpRequest, project: Project, photo_id: UUID) -> HttpResponse:
    shown = photos.get_photo(user=current_user(request), photo_id=photo_id, project=project)
    form = KindForm(request.POST)
    if form.is_valid():
        operations.set_kind(photo=shown, by=current_user(request), now=timezone.now(), **form.cleaned_data)
        messages.success(request, "Saved.")
    else:
        messages.error(request, "Choose what the VIN is written on from the list.")
    return redirect("photo", project.slug, photo_id)


@project_action(Capability.ANNOTATE)
def reopen(request: HttpRequest, project: Project, photo_id: UUID) -> HttpResponse:
    shown = photos.get_photo(user=current_user(request), photo_id=photo_id, project=project)
    task_operations.reopen_task(task=shown.task, by=current_user(request), now=timezone.now())
    messages.success(request, "The photo waits for annotation again. What you wrote is kept.")
    return redirect("photo", project.slug, photo_id)


def _name_drawings(rows: Any, letter: str) -> list[Any]:
    """Newest first, each with the key that the address names it by."""
    named = list(rows)
    for row in named:
        row.drawing_key = f"{letter}{row.revision if letter == 'a' else row.pk}"
    return named


def _choose_drawing(
    photo: Photo, readings: list[Prediction], revisions: list[Annotation], wanted: str
) -> Drawing | None:
    """What the address asks for, else the newest annotation with boxes, else the newest prediction."""
    if not photo.rendered_at:
        return None
    rows: list[Any] = [*[row for row in revisions if row.characters or row.region], *readings]
    chosen = next((row for row in rows if row.drawing_key == wanted), rows[0] if rows else None)
    return _draw(chosen) if chosen else Drawing()


def _explain(drawing: Drawing | None, readings: list[Prediction]) -> Explanation | None:
    """How the prediction that is shown was read; beside an annotation, the newest one."""
    if not readings:
        return None
    shown = drawing.key if drawing else ""
    chosen = next((row for row in readings if getattr(row, "drawing_key", "") == shown), readings[0])
    return explain_reading(
        model=chosen.model_version.name,
        vin=chosen.vin,
        confidence=chosen.confidence,
        characters=chosen.characters,
        quality=chosen.quality,
        stages=chosen.stages,
        milliseconds=chosen.milliseconds,
    )


def _list_positions(drawing: Drawing | None) -> list[tuple[int, str]]:
    """What a comment can be about: the index and the words of each character that is shown."""
    cells = drawing.cells if drawing else ()
    return [(index, f"character {index + 1} ({cell.symbol})") for index, cell in enumerate(cells[:17])]


def _draw(row: Any) -> Drawing:
    if isinstance(row, Annotation):
        source = f"revision {row.revision}" + (f" by {row.shown_author}" if row.shown_author else "")
    else:
        source = f"prediction by {row.model_version.name}"
    return draw_reading(region=row.region, characters=row.characters, source=source, key=row.drawing_key)


def _offer_work(request: HttpRequest, project: Project, task: Task | None) -> dict[str, str] | None:
    """The editor's page for this task, where this person may do what it waits for."""
    role = get_role(current_user(request), project)
    rights = CAPABILITIES[role] if role else frozenset()
    if task is None:
        return None
    if task.state in (TaskState.NEW, TaskState.REJECTED) and Capability.ANNOTATE in rights:
        return _link_work("annotate", "Annotate", project, task)
    for state, place, action in _SECOND_LOOKS:
        if task.state == state and NEEDED[place] in rights and not has_read(current_user(request), task):
            return _link_work(place, action, project, task)
    held = pages.find_held_lease(task=task, holder=current_user(request), now=timezone.now())
    if held is not None:
        return _link_work(held.kind, "Go on", project, task)
    if task.state == TaskState.SUBMITTED:
        newest = task.annotations.order_by("-revision").first()
        if newest and can_review(current_user(request), newest):
            return _link_work("review", "Review", project, task)
    return None


_SECOND_LOOKS = (
    (TaskState.SECOND_READING, LeaseKind.ANNOTATE, "Annotate"),
    (TaskState.CONFLICT, LeaseKind.ADJUDICATE, "Settle"),
)


def _link_work(place: str, action: str, project: Project, task: Task) -> dict[str, str]:
    return {
        "icon": "balance" if place == LeaseKind.ADJUDICATE else place,
        "action": action,
        "url": f"{reverse(place, args=[project.slug])}?task={task.pk}",
    }


def _can_take_back(request: HttpRequest, task: Task | None, revisions: list[Annotation]) -> bool:
    if task is not None and find_own_skip(task=task, person=current_user(request)).exists():
        return True
    if task is None or not revisions or revisions[0].is_blind:
        return False
    is_open = task.state in (TaskState.SUBMITTED, TaskState.SECOND_READING)
    is_unreviewed = task.state == TaskState.ACCEPTED and task.decided_by == DecidedBy.POLICY
    return (is_open or is_unreviewed) and revisions[0].author_id == request.user.pk
