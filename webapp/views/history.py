"""The history of a photo on a page of its own: every reading, verdict, word and decision, and a way back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from labeling.models import Photo, Project, Task
from labeling.operations.restoring import restore_revision
from labeling.policies import Capability, NotFound
from labeling.queries import photos
from labeling.queries.photo_history import Entry, EntryKind, list_history
from labeling.queries.restoring import RestoreKind, find_restore_kind
from webapp.drawings import Drawing, draw_reading, write_points
from webapp.forms import RestoreForm
from webapp.views.access import current_user, project_action, project_page

DRAWN = (EntryKind.PREDICTION, EntryKind.ANNOTATION, EntryKind.DRAFT)
LETTERS = {EntryKind.PREDICTION: "p", EntryKind.ANNOTATION: "a", EntryKind.DRAFT: "d"}
RESTORE_WORDS = {
    RestoreKind.ANNOTATE: "Restore this revision",
    RestoreKind.REVIEW: "Fix and accept with this revision",
}


@project_page()
def photo_history(request: HttpRequest, project: Project, photo_id: UUID) -> HttpResponse:
    """Everything that happened, newest first, with one reading drawn beside it."""
    person = current_user(request)
    photo = photos.get_photo(user=person, photo_id=photo_id, project=project)
    entries = list_history(photo=photo, viewer=person)
    lines = [{"entry": entry, "key": key_of(entry), "row": entry.row} for entry in entries]
    chosen = _choose(lines, request.GET.get("show", ""))
    task: Task | None = getattr(photo, "task", None)
    kind = find_restore_kind(task=task, user=person, now=timezone.now()) if task else None
    context: dict[str, Any] = {
        "photo": photo,
        "task": task,
        "lines": lines,
        "chosen": chosen,
        "drawing": _draw(photo, chosen),
        "ghosts": _draw_ghosts(chosen),
        "restore_word": RESTORE_WORDS.get(kind) if kind else "",
    }
    return render(request, "history.html", context)


@project_action(Capability.ANNOTATE)
def restore(request: HttpRequest, project: Project, photo_id: UUID) -> HttpResponse:
    person = current_user(request)
    photo = photos.get_photo(user=person, photo_id=photo_id, project=project)
    form = RestoreForm(request.POST)
    task = getattr(photo, "task", None)
    if task is None or not form.is_valid():
        raise NotFound
    restored = restore_revision(task=task, by=person, now=timezone.now(), **form.cleaned_data)
    old = form.cleaned_data["revision"]
    messages.success(
        request, f"Revision {restored.revision} says again what revision {old} said. Nothing was overwritten."
    )
    return redirect("photo-history", project.slug, photo_id)


def key_of(entry: Entry) -> str:
    """How the address names a reading; empty for what cannot be drawn."""
    if entry.kind not in DRAWN:
        return ""
    number = entry.row.revision if entry.kind == EntryKind.ANNOTATION else entry.row.pk
    return f"{LETTERS[entry.kind]}{number}"


def _choose(lines: list[dict[str, Any]], wanted: str) -> dict[str, Any] | None:
    """What the address asks for, else the newest reading."""
    readings = [line for line in lines if line["key"]]
    return next((line for line in readings if line["key"] == wanted), readings[0] if readings else None)


def _draw(photo: Photo, chosen: dict[str, Any] | None) -> Drawing | None:
    if chosen is None or not photo.rendered_at:
        return None
    row = chosen["row"]
    return draw_reading(
        region=row.region, characters=row.characters, source=describe(chosen["entry"]), key=chosen["key"]
    )


def _draw_ghosts(chosen: dict[str, Any] | None) -> list[str]:
    """Where the boxes were that moved or were taken away."""
    differences = chosen["entry"].differences if chosen else None
    boxes = differences.boxes if differences else ()
    return [write_points(change.before_quad) for change in boxes if change.before_quad]


def describe(entry: Entry) -> str:
    """Which reading it is, and whose."""
    if entry.kind == EntryKind.PREDICTION:
        return f"prediction by {entry.row.model_version.name}"
    if entry.kind == EntryKind.DRAFT:
        return f"draft of {entry.row.author}, not submitted"
    return f"revision {entry.row.revision} by {entry.row.author}"
