"""Dataset snapshots: what is frozen, and freezing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from inference.snapshot import SPLITS
from labeling.errors import DomainError
from labeling.models import DatasetSnapshot, Project
from labeling.operations import datasets as operations
from labeling.policies import Capability
from labeling.queries import datasets, pages
from labeling.states import TaskState
from webapp.forms import SnapshotForm, show_refusal
from webapp.views.access import current_user, project_page, sent_form


@project_page(form=Capability.TRAIN)
def snapshot_list(request: HttpRequest, project: Project) -> HttpResponse:
    """Every snapshot with its splits; sending the form freezes one."""
    form = SnapshotForm(sent_form(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.freeze_snapshot(
                project=project, by=current_user(request), now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, f"{made.name} is frozen. Start a run on it when you like.")
            return redirect("datasets", project.slug)
        except DomainError as error:
            show_refusal(form, error)
    snapshots = [_describe(snapshot) for snapshot in datasets.list_snapshots(project=project)]
    accepted = pages.count_tasks(project=project).get(TaskState.ACCEPTED, 0)
    context = {"form": form, "snapshots": snapshots, "accepted": accepted}
    return render(request, "datasets.html", context, status=400 if form.errors else 200)


def _describe(snapshot: DatasetSnapshot) -> DatasetSnapshot:
    """Adds the sum and the parts of the bar, in hundredths of its width."""
    counts: dict[str, int] = {split: snapshot.counts.get(split, 0) for split in SPLITS}
    total = sum(counts.values())
    parts: list[dict[str, Any]] = []
    start = 0.0
    for split, count in counts.items():
        width = 100 * count / total if total else 0.0
        parts.append({"split": split, "count": count, "start": round(start, 2), "width": round(width, 2)})
        start += width
    snapshot.total, snapshot.parts = total, parts  # type: ignore[attr-defined]
    return snapshot
