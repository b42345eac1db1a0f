"""Django's admin: a look at everything, and accounts. For superusers alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model

from labeling import models

WRITTEN_BY_THE_DOMAIN = (
    models.Acquisition,
    models.AcquisitionOrder,
    models.AcquisitionPolicy,
    models.Annotation,
    models.AuditEvent,
    models.Comment,
    models.BulkAction,
    models.BulkItem,
    models.DatasetSnapshot,
    models.Draft,
    models.DriftAlert,
    models.DriftDay,
    models.Evaluation,
    models.FinetuningRun,
    models.GateDecision,
    models.GatePolicy,
    models.RunSchedule,
    models.Guideline,
    models.GuidelineReading,
    models.Invitation,
    models.Lease,
    models.MeasuredPhoto,
    models.Membership,
    models.Mention,
    models.ModelVersion,
    models.PersonalToken,
    models.Photo,
    models.Prediction,
    models.Probe,
    models.Project,
    models.Promotion,
    models.PseudoLabel,
    models.PseudoRound,
    models.RoundReading,
    models.QualityPolicy,
    models.Rereading,
    models.RereadingItem,
    models.Review,
    models.Shadow,
    models.ShadowReading,
    models.SpotCheck,
    models.Task,
    models.VehicleInTest,
    models.Transfer,
)
HIDDEN = {"token_sha256", "sha256"}
"""Hashes of secrets, where the table has secrets."""


class SuperuserOnly:
    """No permission of staff is enough here: whoever may edit accounts may make themselves anything."""

    def has_module_permission(self, request: Any) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_view_permission(self, request: Any, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)


class ReadOnlyAdmin(SuperuserOnly, admin.ModelAdmin):
    """Rules and audit events live in the operations, so nothing is changed here."""

    list_per_page = 50
    show_full_result_count = False

    def get_exclude(self, request: Any, obj: Model | None = None) -> list[str]:
        secret = self.model in (models.PersonalToken, models.Invitation)
        return sorted(HIDDEN) if secret else []

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Model | None = None) -> bool:
        return False


@admin.register(models.User)
class AccountAdmin(SuperuserOnly, UserAdmin):
    """Accounts and their privileges. People are switched off, never deleted: their work keeps their name."""

    def has_add_permission(self, request: Any) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: Any, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: Any, obj: Model | None = None) -> bool:
        return False


for model in WRITTEN_BY_THE_DOMAIN:
    admin.site.register(model, ReadOnlyAdmin)
admin.site.unregister(Group)
