"""Exports and imports: the list with the form for a file, and one as it goes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from labeling.errors import DomainError
from labeling.formats.registry import FORMATS
from labeling.models import Project, Transfer
from labeling.operations import transfers as operations
from labeling.operations.packages import size_limit
from labeling.policies import Capability
from labeling.queries import datasets, transfers
from webapp.forms import show_refusal
from webapp.forms_datasets import ExportForm, ImportForm
from webapp.views.access import current_user, project_action, project_page, sent_form


@project_page(form=Capability.IMPORT)
def transfer_list(request: HttpRequest, project: Project) -> HttpResponse:
    """The newest transfers; sending the form uploads a set and has its rows checked."""
    form = ImportForm(sent_form(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("transfer", project.slug, _request_import(request, project, form).pk)
        except DomainError as error:
            show_refusal(form, error)
    listed = list(transfers.list_transfers(project=project))
    context = {
        "form": form,
        "transfers": listed,
        "any_open": any(transfer.state in ("queued", "running") for transfer in listed),
        "formats": FORMATS.items(),
        "megabytes": size_limit() >> 20,
    }
    return render(request, "transfers.html", context, status=400 if form.errors else 200)


@project_page()
def transfer(request: HttpRequest, project: Project, transfer_id: UUID) -> HttpResponse:
    """One export or import: how far it is, what was found, and what can be done now."""
    shown = _find(request, project, transfer_id)
    context: dict[str, Any] = {
        "transfer": shown,
        "form": FORMATS[shown.format],  # type: ignore[index]
        "is_open": shown.state in ("queued", "running"),
        "needed": "train" if shown.kind == "export" else "import",
    }
    return render(request, "transfer.html", context)


@project_action(Capability.TRAIN)
def export(request: HttpRequest, project: Project, snapshot_id: UUID) -> HttpResponse:
    """Ask for a file of a snapshot."""
    shown = datasets.get_snapshot(user=current_user(request), snapshot_id=snapshot_id, project=project)
    form = ExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a format from the list.")
        return redirect("dataset", project.slug, snapshot_id)
    made = operations.request_export(
        project=project, snapshot=shown, by=current_user(request), now=timezone.now(), **form.cleaned_data
    )
    return redirect("transfer", project.slug, made.pk)


@project_action(Capability.IMPORT)
def confirm(request: HttpRequest, project: Project, transfer_id: UUID) -> HttpResponse:
    leave_out = request.POST.get("leave_out_problems") == "yes"
    operations.confirm_import(
        transfer=_find(request, project, transfer_id),
        by=current_user(request),
        now=timezone.now(),
        leave_out_problems=leave_out,
    )
    return redirect("transfer", project.slug, transfer_id)


@project_action(Capability.VIEW)
def cancel(request: HttpRequest, project: Project, transfer_id: UUID) -> HttpResponse:
    """Who may is decided by what it is: an export or an import."""
    shown = _find(request, project, transfer_id)
    operations.cancel_transfer(transfer=shown, by=current_user(request), now=timezone.now())
    return redirect("transfer", project.slug, transfer_id)


@project_action(Capability.VIEW)
def retry(request: HttpRequest, project: Project, transfer_id: UUID) -> HttpResponse:
    shown = _find(request, project, transfer_id)
    operations.retry_transfer(transfer=shown, by=current_user(request), now=timezone.now())
    return redirect("transfer", project.slug, transfer_id)


def _find(request: HttpRequest, project: Project, transfer_id: UUID) -> Transfer:
    return transfers.get_transfer(user=current_user(request), transfer_id=transfer_id, project=project)


def _request_import(request: HttpRequest, project: Project, form: ImportForm) -> Transfer:
    file = form.cleaned_data["file"]
    return operations.request_import(
        project=project,
        file=file,
        name=file.name or "",
        format=form.cleaned_data["format"],
        accept=form.cleaned_data["accept"] == "accept",
        by=current_user(request),
        now=timezone.now(),
    )
