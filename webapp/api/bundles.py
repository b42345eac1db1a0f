"""All that an editor shows of a task, in one answer."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from labeling.models import Lease, LeaseKind, Task, User
from labeling.queries import tasks
from labeling.queries.tasks import TaskBundle
from labeling.states import TaskState
from webapp.api.fields import OneOf
from webapp.api.outputs import (
    AnnotationOutput,
    DraftOutput,
    MediaURL,
    Output,
    PredictionOutput,
    ReasonOutput,
)
from webapp.api.outputs_desk import ChangesOutput, CommentOutput


class LeaseOutput(Output):
    id = serializers.UUIDField()
    kind = OneOf(LeaseKind)
    expires_at = serializers.DateTimeField()
    seconds = serializers.SerializerMethodField(help_text="How long a lease lasts when it is renewed.")

    def get_seconds(self, lease: Lease) -> int:
        return int(settings.LEASE_SECONDS)


class BundleTaskOutput(Output):
    id = serializers.UUIDField(source="task.id")
    state = OneOf(TaskState, source="task.state")
    revision = serializers.IntegerField(source="task.revision")
    reasons = ReasonOutput(source="task.reasons", many=True, help_text="Why it comes now; two at most.")
    rejection_reason = serializers.CharField(source="task.rejection_reason", allow_blank=True)
    waiting = serializers.IntegerField(
        help_text="How many more tasks wait for this person; counted up to 1000."
    )


class BundlePhotoOutput(Output):
    id = serializers.UUIDField()
    name = serializers.CharField()
    width = serializers.IntegerField(help_text="Pixels of the upright photo.")
    height = serializers.IntegerField()
    display_url = MediaURL("display")
    original_url = MediaURL("original")


class BundleGuidelinesOutput(Output):
    number = serializers.IntegerField(source="newest.number", default=0, help_text="0: there are none.")
    is_news = serializers.BooleanField(help_text="Whether there is a version that you have not read.")


class BundleOutput(Output):
    """`annotation` is the newest one that one may see, `draft` is one's own.

    `readings` are the two that differ, the first one first, where the task waits for an adjudication.
    """

    lease = LeaseOutput(allow_null=True)
    task = BundleTaskOutput(source="*")
    photo = BundlePhotoOutput()
    prediction = PredictionOutput(allow_null=True)
    annotation = AnnotationOutput(allow_null=True)
    readings = AnnotationOutput(many=True)
    draft = DraftOutput(allow_null=True)
    changes = ChangesOutput()
    comments = CommentOutput(many=True)
    guidelines = BundleGuidelinesOutput()


def build_bundle(task: Task, person: User, lease: Lease | None) -> dict[str, Any]:
    """The answer to a claim, or to a look at a task."""
    bundle: TaskBundle = tasks.get_task_bundle(task=task, user=person, lease=lease)
    return dict(BundleOutput(bundle).data)
