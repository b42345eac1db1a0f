"""What a client may send about rounds of pseudo-labels."""

from rest_framework import serializers

from labeling.operations.inputs import MAX_REASON
from webapp.api.fields import Number, StrictInput, Text, Whole


class RoundInput(StrictInput):
    """What is left out or null is as in the project's last round, or the default where there was none."""

    teacher = serializers.UUIDField(
        allow_null=True, default=None, help_text="The model version that reads; null: the champion."
    )
    validation = serializers.UUIDField(
        allow_null=True,
        default=None,
        help_text="The snapshot whose validation split chooses the threshold; null: the newest that has one.",
    )
    target = Number(
        allow_null=True,
        default=None,
        help_text="The share of the accepted readings that is right at least, such as 0.995, the default.",
    )
    audit_size = Whole(
        allow_null=True,
        default=None,
        help_text="How many accepted readings people look at; 0, the default: as few as can show the target.",
    )
    revokes_itself = serializers.BooleanField(
        allow_null=True,
        default=None,
        help_text="Whether an audit that misses the target revokes the round by itself; true at first.",
    )


class RevokeInput(StrictInput):
    reason = Text(max_length=MAX_REASON)


class SheetQuery(StrictInput):
    round = serializers.UUIDField(default=None, help_text="Only what the audit of this round waits for.")
