"""What the API answers about shadows, rereadings and drift."""

from rest_framework import serializers

from labeling.models import ShadowEnd
from labeling.states import RereadingState, ShadowState
from webapp.api.fields import OneOf
from webapp.api.outputs import Output, Person
from webapp.api.outputs_figures import ShareOutput, SpreadOutput


class RereadingOutput(Output):
    id = serializers.UUIDField()
    model_version = serializers.UUIDField(source="model_version_id")
    state = OneOf(RereadingState)
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    read = serializers.IntegerField()
    repeated = serializers.IntegerField(help_text="Of these the version had a reading from before.")
    left = serializers.IntegerField(help_text="Somebody's by then, or read meanwhile.")
    failed = serializers.IntegerField()
    requested_by = Person()
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ShadowOutput(Output):
    id = serializers.UUIDField()
    model_version = serializers.UUIDField(source="model_version_id")
    champion = serializers.UUIDField(source="champion_id")
    state = OneOf(ShadowState)
    share = serializers.FloatField()
    most_photos = serializers.IntegerField()
    until = serializers.DateTimeField()
    started_by = Person()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = OneOf(ShadowEnd, allow_blank=True)


class AgreementDayOutput(Output):
    day = serializers.DateField()
    agreed = ShareOutput()


class PairedOutput(Output):
    """Both on the photos whose whole VIN people have accepted."""

    champion = ShareOutput(help_text="Whole VINs that the champion read right.")
    shadow = ShareOutput()
    won = serializers.IntegerField(help_text="Photos that only the shadow read right.")
    lost = serializers.IntegerField(help_text="Photos that only the champion read right.")
    difference = serializers.FloatField(help_text="The shadow's share minus the champion's.")
    interval = serializers.ListField(child=serializers.FloatField(), help_text="95 % (Agresti and Min).")
    p_value = serializers.FloatField(help_text="Of McNemar's exact test.")


class ShadowReportOutput(Output):
    read = serializers.IntegerField()
    waiting = serializers.IntegerField()
    failed = serializers.IntegerField()
    agreed = ShareOutput(help_text="Read alike by both.")
    days = AgreementDayOutput(many=True)
    paired = PairedOutput()
    champion_time = SpreadOutput(allow_null=True, help_text="Milliseconds a photo.")
    shadow_time = SpreadOutput(allow_null=True)


class ShadowDetailOutput(Output):
    shadow = ShadowOutput()
    report = ShadowReportOutput()


class DifferenceOutput(Output):
    photo = serializers.UUIDField(source="photo_id")
    champion = serializers.CharField(source="prediction.vin", allow_blank=True)
    champion_confidence = serializers.FloatField(source="prediction.confidence")
    shadow = serializers.CharField(source="vin", allow_blank=True)
    shadow_confidence = serializers.FloatField(source="confidence")
    accepted = serializers.CharField(allow_blank=True, help_text="What people accepted; empty: nothing yet.")
    read_at = serializers.DateTimeField()
