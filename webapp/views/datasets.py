"""Dataset snapshots: what is frozen, what is in it, how two of them differ, and freezing."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from inference.snapshot import SPLITS
from labeling.errors import DomainError
from labeling.formats.registry import FORMATS
from labeling.models import DatasetSnapshot, Project
from labeling.operations import datasets as operations
from labeling.operations import doubts
from labeling.policies import Capability
from labeling.queries import dataset_differences as differences
from labeling.queries import dataset_reports as reports
from labeling.queries import datasets, pages
from labeling.queries.dataset_differences import Part
from labeling.queries.pseudo_rounds import list_revoked_in
from labeling.states import TaskState
from webapp.dataset_words import (
    SOURCE_WORDS,
    chart_symbols,
    describe_criteria,
    describe_left_out,
    describe_wait,
    split_parts,
)
from webapp.forms import show_refusal
from webapp.forms_datasets import ExportForm, SnapshotForm
from webapp.views.access import current_user, project_action, project_page, sent_form


@project_page(form=Capability.TRAIN)
def snapshot_list(request: HttpRequest, project: Project) -> HttpResponse:
    """Every snapshot with its splits; sending the form freezes one."""
    form = SnapshotForm(sent_form(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = _freeze(request, project, form)
            messages.success(request, f"{made.name} is frozen. Start a run on it when you like.")
            return redirect("dataset", project.slug, made.pk)
        except DomainError as error:
            show_refusal(form, error)
    snapshots = [_describe(snapshot) for snapshot in datasets.list_snapshots(project=project)]
    accepted = pages.count_tasks(project=project).get(TaskState.ACCEPTED, 0)
    context = {
        "form": form,
        "sources": [(box, SOURCE_WORDS[box.data["value"]][1]) for box in form["sources"]],
        "snapshots": snapshots,
        "accepted": accepted,
        "wait": describe_wait(accepted),
    }
    return render(request, "datasets.html", context, status=400 if form.errors else 200)


@project_page()
def snapshot(request: HttpRequest, project: Project, snapshot_id: UUID) -> HttpResponse:
    """One snapshot: counts, kinds, characters, near-duplicates, and labels that look wrong."""
    shown = _find(request, project, snapshot_id)
    suspects = reports.find_suspects(shown, most=reports.SHOWN)
    duplicates = reports.list_near_duplicates(shown)
    placeless = reports.list_placeless(shown)
    context = {
        "snapshot": _describe(shown),
        "splits": SPLITS,
        "vehicles": reports.count_vehicles(shown),
        "kinds": reports.count_by(shown, "kind"),
        "sources": reports.count_by(shown, "source"),
        "places": reports.count_by(shown, "place"),
        "placeless": placeless[: reports.SHOWN],
        "placeless_count": placeless.count(),
        "criteria": describe_criteria(shown),
        "left_out": describe_left_out(shown),
        "revoked": list_revoked_in(shown),
        "symbols": chart_symbols(reports.count_symbols(shown)),
        "suspects": suspects,
        "suspect_rows": suspects.rows,
        "duplicates": duplicates[: reports.SHOWN],
        "odd_duplicates": sum(pair.is_odd for pair in duplicates),
        "duplicate_count": len(duplicates),
        "others": datasets.list_snapshots(project=project).exclude(pk=shown.pk),
        "export_form": ExportForm(),
        "formats": FORMATS.items(),
    }
    return render(request, "dataset.html", context)


@project_page()
def difference(request: HttpRequest, project: Project, snapshot_id: UUID) -> HttpResponse:
    """What a snapshot has that another one has not; without a choice, the one before it."""
    after = _find(request, project, snapshot_id)
    others = datasets.list_snapshots(project=project).exclude(pk=after.pk)
    chosen = request.GET.get("against")
    before = _find(request, project, chosen) if chosen else _find_previous(after, others)
    skip, limit = _read_skip(request.GET.get("skip", "")), differences.SHOWN
    found = differences.compare_snapshots(before, after, skip=skip, limit=limit) if before else None
    context = {
        "snapshot": after,
        "before": before,
        "others": others,
        "difference": found,
        "parts": _list_parts(found) if found else [],
        "skip": skip,
        "next_skip": skip + limit if found and found.most > skip + limit else None,
        "page_size": limit,
    }
    return render(request, "dataset_difference.html", context)


@project_action(Capability.TRAIN)
def doubt(request: HttpRequest, project: Project, snapshot_id: UUID) -> HttpResponse:
    """Send the chosen labels back to review."""
    shown = _find(request, project, snapshot_id)
    try:
        photos = [UUID(photo) for photo in request.POST.getlist("photos")]
        tasks = doubts.send_back_to_review(
            snapshot=shown, photos=photos, by=current_user(request), now=timezone.now()
        )
        many = "1 label goes" if len(tasks) == 1 else f"{len(tasks)} labels go"
        messages.success(request, f"{many} back to review. The snapshot stays as it is.")
    except ValueError:
        messages.error(request, "These are no photos. Load the page again.")
    except doubts.NothingToDoubt as error:
        messages.warning(request, error.message)
    return redirect("dataset", project.slug, snapshot_id)


def _freeze(request: HttpRequest, project: Project, form: SnapshotForm) -> DatasetSnapshot:
    return operations.freeze_snapshot(
        project=project,
        name=form.cleaned_data["name"],
        split_seed=form.cleaned_data["split_seed"],
        criteria=form.criteria(),
        by=current_user(request),
        now=timezone.now(),
    )


def _find(request: HttpRequest, project: Project, snapshot_id: UUID | str) -> DatasetSnapshot:
    return datasets.get_snapshot(user=current_user(request), snapshot_id=snapshot_id, project=project)


def _find_previous(after: DatasetSnapshot, others: Any) -> DatasetSnapshot | None:
    return others.filter(created_at__lte=after.created_at).first() or others.first()


def _read_skip(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _list_parts(
    found: differences.Difference,
) -> list[tuple[str, str, int, Sequence[differences.Change]]]:
    """Heading, explanation, count and rows of each part of a difference that has any rows on this page."""
    parts = [
        ("Other VIN", "The label was corrected.", Part.RELABELED),
        ("Other split", "The same label on another side.", Part.MOVED),
        ("Added", "In the newer one only.", Part.ADDED),
        ("Removed", "In the older one only.", Part.REMOVED),
        ("Other revision", "The same VIN and split, by another annotation.", Part.REVISED),
        ("Other weight", "The same label counts more or less in training.", Part.REWEIGHED),
    ]
    return [
        (heading, hint, found.counts[part], found.rows[part])
        for heading, hint, part in parts
        if found.rows[part]
    ]


def _describe(snapshot: DatasetSnapshot) -> DatasetSnapshot:
    """Adds the sum and the parts of the bar."""
    snapshot.parts = split_parts(snapshot.counts)  # type: ignore[attr-defined]
    snapshot.total = sum(part.count for part in snapshot.parts)  # type: ignore[attr-defined]
    return snapshot
