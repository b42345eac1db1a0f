"""What the API answers with, besides the loop of learning (outputs_learning.py)."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inference.acquisition import Reason, ReasonCode
from labeling.models import (
    BulkKind,
    Lease,
    LeaseKind,
    Outcome,
    Photo,
    PhotoKind,
    Prediction,
    Role,
    Scope,
    Task,
    Verdict,
    VinSource,
)
from labeling.states import BulkActionState, PhotoState, TaskState
from webapp.acquisition_words import say_reason
from webapp.api.fields import OneOf, Quad


class Output(serializers.Serializer[Any]):
    """Read from an object or a dictionary, never written to."""


def list_of(item: type[Output]) -> type[Output]:
    """`{"items": [...]}`: an object, so that more can be said beside the items one day."""
    return type(_name(item, "List"), (Output,), {"items": item(many=True)})


def page_of(item: type[Output]) -> type[Output]:
    """A list that goes on: `next_cursor` is handed back as `after`, and is null on the last page."""
    members = {"items": item(many=True), "next_cursor": serializers.CharField(allow_null=True)}
    return type(_name(item, "Page"), (Output,), members)


def _name(item: type[Output], kind: str) -> str:
    return item.__name__.removesuffix("Output") + kind + "Output"


class Person(serializers.CharField):
    """A user by the name they log in with."""

    def __init__(self, **options: Any) -> None:
        super().__init__(help_text="The name a person logs in with.", **options)

    def to_representation(self, value: Any) -> str:
        return str(value.username)


class MediaURL(serializers.CharField):
    """Where one rendition of the photo is; the address asks for permission like any other."""

    def __init__(self, rendition: str, **options: Any) -> None:
        self.rendition = rendition
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, value: Any) -> str:
        return reverse("photo-media", args=[value.pk, self.rendition])


class ErrorOutput(Output):
    error = serializers.CharField(help_text="A code for programs.")
    message = serializers.CharField(help_text="A sentence for people.")
    fields = serializers.DictField(help_text="What was wrong with which field.")  # type: ignore[assignment]


class ProjectOutput(Output):
    """A project as one of its members sees it."""

    slug = serializers.CharField(source="project.slug")
    name = serializers.CharField(source="project.name")
    role = OneOf(Role, help_text="Yours.")
    created_at = serializers.DateTimeField(source="project.created_at")


class PhotoOutput(Output):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = OneOf(PhotoState)
    failure = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField()
    content_type = serializers.CharField()
    byte_size = serializers.IntegerField()
    width = serializers.IntegerField(help_text="Pixels of the upright photo.")
    height = serializers.IntegerField()
    vin = serializers.CharField(allow_blank=True)
    confidence = serializers.FloatField(allow_null=True)
    vin_source = OneOf(VinSource, allow_blank=True)
    kind = OneOf(PhotoKind, allow_blank=True)
    near_duplicate_of = serializers.UUIDField(source="near_duplicate_of_id", allow_null=True)
    uploaded_by = Person()
    uploaded_at = serializers.DateTimeField()
    display_url = MediaURL("display")
    thumbnail_url = MediaURL("thumbnail")
    original_url = MediaURL("original")


class PhotoTaskOutput(Output):
    id = serializers.UUIDField()
    state = OneOf(TaskState)
    revision = serializers.IntegerField()


class PhotoDetailOutput(PhotoOutput):
    task = serializers.SerializerMethodField()

    @extend_schema_field(PhotoTaskOutput(allow_null=True))
    def get_task(self, photo: Photo) -> Any:
        """Null until the photo was read for the first time."""
        task = getattr(photo, "task", None)
        return task and PhotoTaskOutput(task).data


class RefusedEntryOutput(Output):
    name = serializers.CharField()
    error = serializers.CharField(source="code")
    message = serializers.CharField()


class UploadOutput(Output):
    """A single photo is a report of one."""

    created = PhotoOutput(many=True)
    refused = RefusedEntryOutput(many=True)


class AlternativeOutput(Output):
    symbol = serializers.CharField()
    confidence = serializers.FloatField()


class CharacterOutput(Output):
    index = serializers.IntegerField()
    symbol = serializers.CharField()
    confidence = serializers.FloatField(allow_null=True)
    quad = Quad(allow_null=True)
    alternatives = AlternativeOutput(many=True)
    edited = serializers.BooleanField(required=False)


class BarcodeOutput(Output):
    """A bar code in the photo; `vin` is empty where it holds none."""

    format = serializers.CharField()
    text = serializers.CharField()
    vin = serializers.CharField(allow_blank=True)


class PredictionOutput(Output):
    model_version = serializers.CharField(source="model_version.name")
    vin = serializers.CharField(allow_blank=True)
    confidence = serializers.FloatField()
    region = Quad(allow_null=True)
    characters = CharacterOutput(many=True)
    barcodes = serializers.SerializerMethodField()
    quality = serializers.DictField()
    milliseconds = serializers.FloatField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(BarcodeOutput(many=True))
    def get_barcodes(self, prediction: Prediction) -> Any:
        """What bar codes in the photo say; empty for readings from before they were kept."""
        found = prediction.stages.get("barcodes", ())
        return BarcodeOutput([{**code, "vin": code["vin"] or ""} for code in found], many=True).data


class AnnotationOutput(Output):
    """`author` is null while the policy hides it from those who judge."""

    id = serializers.UUIDField()
    revision = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True)
    region = Quad(allow_null=True)
    characters = CharacterOutput(many=True)
    outcome = OneOf(Outcome)
    unreadable_reason = serializers.CharField(allow_blank=True)
    author = Person(source="shown_author", allow_null=True)
    created_at = serializers.DateTimeField()


class DraftOutput(Output):
    text = serializers.CharField(allow_blank=True)
    characters = CharacterOutput(many=True)
    region = Quad(allow_null=True)
    base_revision = serializers.IntegerField()
    saved_at = serializers.DateTimeField()


class ReasonOutput(Output):
    """Why a photo is asked about."""

    code = OneOf(ReasonCode)
    indexes = serializers.ListField(
        child=serializers.IntegerField(), source="positions", help_text="Of the characters, 0 to 16."
    )
    words = serializers.SerializerMethodField(help_text="The same for people, who count from 1.")

    def get_words(self, reason: Reason) -> str:
        return say_reason(reason)


class TaskOutput(Output):
    id = serializers.UUIDField()
    photo = serializers.UUIDField(source="photo_id")
    state = OneOf(TaskState)
    revision = serializers.IntegerField()
    priority = serializers.FloatField()
    reasons = ReasonOutput(many=True, help_text="Two at most; none where nothing stands out.")
    rejection_reason = serializers.CharField(allow_blank=True)
    skip_reason = serializers.CharField(allow_blank=True)
    updated_at = serializers.DateTimeField()


class QueuedTaskOutput(TaskOutput):
    """A task as those see it who say who does what."""

    assignee = Person(allow_null=True, required=False)
    held_by = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_held_by(self, task: Task) -> str | None:
        """Who has it in hand."""
        held: list[Lease] = getattr(task, "open_leases", [])
        return held[0].holder.username if held else None


class HeldLeaseOutput(Output):
    task = serializers.UUIDField(source="task_id")
    photo = serializers.UUIDField(source="task.photo_id")
    holder = Person()
    kind = OneOf(LeaseKind)
    created_at = serializers.DateTimeField()
    renewed_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class SkipReasonOutput(Output):
    reason = serializers.CharField(source="0")
    count = serializers.IntegerField(source="1")


class GlanceOutput(Output):
    """How much waits, since when, and who has what in hand (100 at most)."""

    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Tasks by state.")
    oldest = serializers.DictField(
        child=serializers.DateTimeField(allow_null=True),
        help_text="By kind of work, when its oldest task came.",
    )
    skip_reasons = SkipReasonOutput(many=True)
    leases = HeldLeaseOutput(many=True)


class BulkCountOutput(Output):
    matching = serializers.IntegerField(help_text="Tasks that the filter means.")
    changing = serializers.IntegerField(help_text="Those of them that the action would change.")


class BulkActionOutput(Output):
    id = serializers.UUIDField()
    kind = OneOf(BulkKind)
    state = OneOf(BulkActionState)
    assignee = Person(allow_null=True)
    selection = serializers.DictField()
    total = serializers.IntegerField()
    done = serializers.IntegerField(help_text="How many were looked at, by the undo once it is under way.")
    changed = serializers.IntegerField()
    undone = serializers.IntegerField()
    requested_by = Person()
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ReviewOutput(Output):
    verdict = OneOf(Verdict)
    reason = serializers.CharField(allow_blank=True)
    reviewer = Person()
    annotation = serializers.UUIDField(source="annotation_id")
    corrected = serializers.UUIDField(source="corrected_id", allow_null=True)
    created_at = serializers.DateTimeField()


class MemberOutput(Output):
    id = serializers.IntegerField()
    username = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user")
    role = OneOf(Role)
    created_at = serializers.DateTimeField()


class InvitationOutput(Output):
    id = serializers.IntegerField()
    name = serializers.CharField()
    role = OneOf(Role)
    expires_at = serializers.DateTimeField()


class InvitationMadeOutput(Output):
    invitation = InvitationOutput()
    link = serializers.CharField(help_text="For the invited person alone; it is shown once.")


class QualityPolicyOutput(Output):
    number = serializers.IntegerField(help_text="0: nobody has set one, and these are the defaults.")
    review_share = serializers.FloatField()
    is_adaptive = serializers.BooleanField()
    target_error = serializers.FloatField()
    double_share = serializers.FloatField()
    honeypot_share = serializers.FloatField()
    seeded_share = serializers.FloatField()
    blind_review = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    made_by = Person(allow_null=True)
    made_at = serializers.DateTimeField(allow_null=True)


class TokenOutput(Output):
    id = serializers.IntegerField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=OneOf(Scope))
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class EditorKeysOutput(Output):
    keys = serializers.DictField(
        child=serializers.CharField(), help_text="Where they differ from the defaults."
    )


class TokenMadeOutput(Output):
    token = TokenOutput()
    secret = serializers.CharField(help_text="Goes into the header Authorization; it is shown once.")


class AuditEventOutput(Output):
    id = serializers.IntegerField()
    actor = Person(allow_null=True)
    verb = serializers.CharField()
    object_type = serializers.CharField()
    object_id = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]
    created_at = serializers.DateTimeField()
