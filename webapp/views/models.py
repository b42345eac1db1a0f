"""Model versions: how each was measured, and which one is in service."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from inference.types import Scorecard
from labeling.errors import DomainError
from labeling.models import Evaluation, GateDecision, ModelVersion, Project
from labeling.operations import gating
from labeling.operations import model_versions as operations
from labeling.operations.gate_policies import set_gate_policy
from labeling.policies import Capability, can
from labeling.queries import datasets, drift, gate_policies, model_versions, pages, rereadings
from labeling.queries.tasks import MANY
from labeling.states import ModelVersionState
from webapp.forms import OverrideForm, ShadowForm, show_refusal
from webapp.gate_form import GateForm, fill_in
from webapp.scorecards import Comparison, compare_scorecards
from webapp.shadow_panel import describe_rereading, find_shadow_panel, say_open_tasks
from webapp.views.access import current_user, project_action, project_page, sent_form

PROMOTABLE = (ModelVersionState.EVALUATED, ModelVersionState.ARCHIVED)


@project_page()
def version_list(request: HttpRequest, project: Project) -> HttpResponse:
    """Every version with its newest scorecard and what the gate said."""
    scores = pages.list_test_scores(project=project)
    outcomes = pages.list_gate_outcomes(project=project)
    overridden = pages.list_overridden(project=project)
    versions = model_versions.list_model_versions(project=project).select_related("run__snapshot")
    context = {
        "rows": [(row, scores.get(row.pk), outcomes.get(row.pk), row.pk in overridden) for row in versions],
        "previous": operations.find_rollback_target(project),
        "drift_alerts": drift.list_alerts(project=project, only_unseen=True),
    }
    return render(request, "models.html", context)


@project_page()
def version(request: HttpRequest, project: Project, version_id: UUID) -> HttpResponse:
    """One version beside the champion that it was measured against."""
    return render_version(request, project, _get(request, project, version_id), OverrideForm())


@project_action(Capability.TRAIN)
def promote(request: HttpRequest, project: Project, version_id: UUID) -> HttpResponse:
    """Put a version into service; against the gate only with a reason."""
    chosen = _get(request, project, version_id)
    form = OverrideForm(request.POST)
    try:
        operations.promote_version(
            version=chosen,
            by=current_user(request),
            now=timezone.now(),
            override_reason=request.POST.get("override_reason", "").strip(),
            reread="reread" in request.POST,
        )
    except DomainError as error:
        form.is_valid()
        show_refusal(form, error)
        messages.error(request, error.message)
        return render_version(request, project, chosen, form, status=409)
    messages.success(request, f"{chosen.name} is in service: the workers take it up with their next photo.")
    return redirect("model", project.slug, version_id)


@project_action(Capability.TRAIN)
def judge(request: HttpRequest, project: Project, version_id: UUID) -> HttpResponse:
    """Judge a measured version by the rules of now."""
    chosen = _get(request, project, version_id)
    decision = gating.judge_again(version=chosen, by=current_user(request), now=timezone.now())
    words = "passes the gate" if decision.passed else "does not pass the gate"
    messages.info(request, f"By today's rules {chosen.name} {words}.")
    return redirect("model", project.slug, version_id)


@project_page(form=Capability.TRAIN)
def gate(request: HttpRequest, project: Project) -> HttpResponse:
    """The gate's rules and how they came about; sending the form puts others into force."""
    policy = gate_policies.find_gate_policy(project=project)
    initial = {**fill_in(gate_policies.rules_of(policy)), "reference": policy and policy.reference_id}
    snapshots = datasets.list_snapshots(project=project)
    form = GateForm(sent_form(request), snapshots=snapshots, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _change_gate(request, project, form)
        except DomainError as error:
            show_refusal(form, error)
    context = {"form": form, "policies": gate_policies.list_gate_policies(project=project)}
    return render(request, "gate.html", context, status=400 if form.errors else 200)


def _change_gate(request: HttpRequest, project: Project, form: GateForm) -> HttpResponse:
    policy = set_gate_policy(
        project=project,
        rules=form.rules(),
        reference=form.cleaned_data["reference"],
        reason=form.cleaned_data["reason"],
        by=current_user(request),
        now=timezone.now(),
    )
    messages.success(request, f"{str(policy).capitalize()} are in force for the comparisons to come.")
    return redirect("gate", project.slug)


@project_action(Capability.TRAIN)
def rollback(request: HttpRequest, project: Project) -> HttpResponse:
    """Bring back what was in service before; its page shows how it reads open tasks again."""
    made = operations.rollback(project=project, by=current_user(request), now=timezone.now())
    restored, left = made.model_version, made.previous
    in_place = f" in place of {left.name}" if left else ""
    messages.success(
        request, f"{restored.name} is in service again{in_place}. Open tasks show its readings again."
    )
    return redirect("model", project.slug, restored.pk)


def _get(request: HttpRequest, project: Project, version_id: UUID) -> ModelVersion:
    return model_versions.get_model_version(
        user=current_user(request), version_id=version_id, project=project
    )


def render_version(
    request: HttpRequest,
    project: Project,
    shown: ModelVersion,
    form: OverrideForm,
    *,
    shadow_form: ShadowForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a version, with the forms as they were sent."""
    decision = pages.find_decision(version=shown)
    context = {
        "version": shown,
        "decision": decision,
        "rules_changed": _rules_changed(project, decision),
        "form": form,
        "can_promote": shown.state in PROMOTABLE,
        "comparisons": _compare(project, shown, decision),
        "made_at": _read_moment(shown.manifest),
        "manifest_facts": _read_manifest(shown.manifest),
        "promotions": pages.list_promotions(version=shown),
        "previous": operations.find_rollback_target(project),
        "shadow_form": shadow_form or ShadowForm(initial=ShadowForm.DEFAULTS),
        **_watch(request, project, shown),
    }
    return render(request, "model.html", context, status=status)


def _watch(request: HttpRequest, project: Project, shown: ModelVersion) -> dict[str, Any]:
    """How it does as a shadow, for those who train, and how far it is with open tasks."""
    rereading = rereadings.find_rereading(version=shown)
    common = {
        "rereading": rereading,
        "rereading_done": rereading and describe_rereading(rereading, now=timezone.now()),
    }
    if not can(current_user(request), Capability.TRAIN, project):
        return common
    return common | {
        "open_tasks": say_open_tasks(rereadings.count_untouched(project=project, most=MANY)),
        "shadow": find_shadow_panel(project=project, version=shown),
    }


def _compare(project: Project, shown: ModelVersion, decision: GateDecision | None) -> list[Comparison]:
    """The version on what it was last measured on, then on the reference set of the decision."""
    evaluation = pages.find_evaluation(version=shown, snapshot=decision.snapshot if decision else None)
    reference = decision.policy.reference if decision and decision.policy else None
    evaluations = [evaluation]
    if reference and reference != (evaluation and evaluation.snapshot):
        evaluations.append(pages.find_evaluation(version=shown, snapshot=reference))
    return [_compare_on(project, shown, decision, found) for found in evaluations if found]


def _compare_on(
    project: Project, shown: ModelVersion, decision: GateDecision | None, evaluation: Evaluation
) -> Comparison:
    against = (
        pages.find_evaluation(version=decision.champion, snapshot=evaluation.snapshot) if decision else None
    )
    card = _card(evaluation)
    return compare_scorecards(
        champion=(decision.champion.name, _card(against)) if decision and against else None,
        challenger=(shown.name, card),
        snapshot=evaluation.snapshot.name,
        photos=pages.list_photos_by_hash(project=project, sha256s=[photo.photo for photo in card.photos]),
    )


def _rules_changed(project: Project, decision: GateDecision | None) -> bool:
    """Whether the decision was taken by rules that are no longer in force."""
    policy = gate_policies.find_gate_policy(project=project)
    return decision is not None and decision.policy_id != (policy.pk if policy else None)


def _card(evaluation: Evaluation) -> Scorecard:
    return Scorecard.from_json(evaluation.scorecard)


def _read_manifest(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """The plain facts of a manifest, for people; files and hashes are left to programs."""
    return [
        (name.replace("_", " ").capitalize(), str(value))
        for name, value in manifest.items()
        if isinstance(value, str | int | float) and name not in ("format", "digest", "created_at")
    ]


def _read_moment(manifest: dict[str, Any]) -> datetime | None:
    """When the bundle was made; None where its manifest does not say it as ours do."""
    try:
        made = datetime.fromisoformat(manifest["created_at"])
    except (KeyError, TypeError, ValueError):
        return None
    return made if timezone.is_aware(made) else None
