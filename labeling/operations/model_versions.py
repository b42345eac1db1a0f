"""Registering bundles, and changing which of them is in service."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from labeling import policies, queue, storage
from labeling.models import (
    FinetuningRun,
    GateDecision,
    ModelVersion,
    Project,
    Promotion,
    PromotionKind,
    User,
)
from labeling.operations import audit, rereadings, shadows
from labeling.operations.inputs import clean_line, clean_reason
from labeling.operations.ordering import ask_for_order
from labeling.operations.transitions import Conflict, move
from labeling.queries.champions import get_champion
from labeling.states import ModelVersionState


class GateNotPassed(Conflict):
    """The gate did not pass this version beside the champion of now, and no reason to override it came."""

    code = "gate_not_passed"


class AlreadyRegistered(Conflict):
    """The project has a model version with this very bundle."""

    code = "already_registered"


class NothingToRollBack(Conflict):
    """No version was in service before the champion."""

    code = "nothing_to_roll_back"
    default_message = "No earlier model version was in service."


def register_base_bundle(*, project: Project, bundle_dir: Path, by: User, now: datetime) -> ModelVersion:
    """Register a bundle that no run made; the project's first goes into service at once.

    The same bundle twice is one version. Raises InvalidBundle, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    digest, manifest = storage.store_bundle(bundle_dir)
    with transaction.atomic():
        _lock(project)
        known = ModelVersion.objects.filter(project=project, digest=digest).first()
        if known is not None:
            return known
        version = _insert_version(project, digest, manifest, by, now)
        if get_champion(project) is None:
            _put_into_service(version, PromotionKind.INITIAL, by=by, now=now)
    return version


def register_version(*, run: FinetuningRun, bundle_dir: Path, now: datetime) -> ModelVersion:
    """Register what a run made; a run has one version, however often it was resumed.

    Raises InvalidBundle, AlreadyRegistered.
    """
    digest, manifest = storage.store_bundle(bundle_dir)
    with transaction.atomic():
        _lock(run.project)
        known = ModelVersion.objects.filter(run=run).first()
        if known is not None:
            return known
        if ModelVersion.objects.filter(project=run.project, digest=digest).exists():
            raise AlreadyRegistered("The run made a bundle that the project has already.")
        return _insert_version(run.project, digest, manifest, None, now, run=run, base=run.base_version)


def promote_version(
    *, version: ModelVersion, by: User, now: datetime, override_reason: str = "", reread: bool = True
) -> Promotion:
    """Put a version into service. It needs a gate passed beside the champion of now, or a person's reason.

    With `reread` it reads the open tasks again, little by little.
    Raises GateNotPassed, IllegalTransition, Conflict, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, version.project)
    reason = clean_reason(override_reason) if clean_line(override_reason) else ""
    with transaction.atomic():
        _lock(version.project)
        version.refresh_from_db()
        if version.is_champion:
            raise Conflict(f"{version.name} is in service already.")
        decision = GateDecision.objects.filter(challenger=version).order_by("-created_at").first()
        if not reason:
            _check_gate(version, decision)
        return _put_into_service(
            version, PromotionKind.PROMOTE, by=by, now=now, decision=decision, reason=reason, reread=reread
        )


def rollback(*, project: Project, by: User, now: datetime, reread: bool = True) -> Promotion:
    """Put the version back into service that the champion replaced. Raises NothingToRollBack, Forbidden.

    With `reread` the open tasks show its readings again; those that it had read need no reading.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    with transaction.atomic():
        _lock(project)
        previous = find_rollback_target(project)
        if previous is None:
            raise NothingToRollBack
        return _put_into_service(previous, PromotionKind.ROLLBACK, by=by, now=now, reread=reread)


def find_rollback_target(project: Project) -> ModelVersion | None:
    """What the champion replaced when it was promoted; rollbacks do not count, or two would go in circles."""
    champion = get_champion(project)
    promotions = Promotion.objects.filter(model_version=champion).exclude(kind=PromotionKind.ROLLBACK)
    newest = promotions.select_related("previous__project").order_by("-at", "-id").first()
    return newest.previous if newest else None


def _check_gate(version: ModelVersion, decision: GateDecision | None) -> None:
    if decision is None:
        raise GateNotPassed(f"{version.name} has not been compared with the version in service.")
    if not decision.passed:
        raise GateNotPassed(
            f"{version.name} did not pass the gate. Give a reason to promote it all the same."
        )
    champion = get_champion(version.project)
    if champion is not None and decision.champion_id != champion.pk:
        raise GateNotPassed(
            f"{version.name} was compared with {decision.champion.name}; {champion.name} is in service now."
        )


def _put_into_service(
    version: ModelVersion,
    kind: PromotionKind,
    *,
    by: User,
    now: datetime,
    decision: GateDecision | None = None,
    reason: str = "",
    reread: bool = False,
) -> Promotion:
    """The old champion first: the database allows one at a time."""
    previous = get_champion(version.project)
    if previous is not None:
        move(previous, ModelVersionState.ARCHIVED, by=by, verb="model_version.archived", now=now)
    verb = "model_version.rolled_back" if kind == PromotionKind.ROLLBACK else "model_version.promoted"
    facts = {
        "kind": kind.value,
        "version": version.name,
        "previous": previous.name if previous else None,
        "reason": reason,
    }
    move(version, ModelVersionState.PROMOTED, by=by, verb=verb, now=now, data=facts, promoted_at=now)
    ask_for_order(project=version.project, now=now)
    queue.enqueue_on_commit(queue.SWEEP)  # photos that came before the first version wait for it
    shadows.end_shadow_for(champion=version, by=by, now=now)
    rereadings.replace_rereading(champion=version, by=by, now=now, start=reread)
    return Promotion.objects.create(
        model_version=version,
        previous=previous,
        gate_decision=decision,
        kind=kind,
        reason=reason,
        by=by,
        at=now,
    )


def _insert_version(
    project: Project,
    digest: str,
    manifest: dict[str, Any],
    by: User | None,
    now: datetime,
    *,
    run: FinetuningRun | None = None,
    base: ModelVersion | None = None,
) -> ModelVersion:
    highest = ModelVersion.objects.filter(project=project).aggregate(highest=Max("number"))["highest"]
    version = ModelVersion.objects.create(
        project=project,
        number=(highest or 0) + 1,
        digest=digest,
        run=run,
        base=base,
        manifest=manifest,
        created_at=now,
    )
    facts = {"name": version.name, "digest": digest}
    audit.record(project=project, actor=by, verb="model_version.registered", on=version, now=now, data=facts)
    return version


def _lock(project: Project) -> None:
    """Numbers are given out, and champions changed, one after the other.

    `no_key`, here and elsewhere, lets others go on writing rows that only refer to the locked one: events do.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
