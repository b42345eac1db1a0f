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


class ShadowDifferenceOutput(Output):
    photo = serializers.UUIDField(source="photo_id")
    champion = serializers.CharField(source="prediction.vin", allow_blank=True)
    champion_confidence = serializers.FloatField(source="prediction.confidence")
    shadow = serializers.CharField(source="vin", allow_blank=True)
    shadow_confidence = serializers.FloatField(source="confidence")
    accepted = serializers.CharField(allow_blank=True, help_text="What people accepted; empty: nothing yet.")
    read_at = serializers.DateTimeField()


class DriftStretchOutput(Output):
    """A day, or a week, of incoming photos."""

    start = serializers.DateField()
    end = serializers.DateField(help_text="The day after the last one.")
    readings = serializers.IntegerField(help_text="Photos that were read for the first time.")
    confidences = serializers.ListField(
        child=serializers.IntegerField(), help_text="How many readings in each bin; `edges` lie between them."
    )
    refused = serializers.IntegerField(help_text="Called unreadable.")
    reasons = serializers.DictField(help_text="Of the refused, how many for which first reason.")
    accepted = serializers.IntegerField(help_text="Readings that were accepted.")
    changed = serializers.IntegerField(help_text="Of these, how many people changed.")
    edits = serializers.IntegerField(help_text="Characters that were changed in them.")


class DriftFindingOutput(Output):
    """A figure of the last 7 days beside its band."""

    measure = serializers.CharField(
        help_text='confidence, refused, changed, edits, or "refused:" and a reason.'
    )
    value = serializers.FloatField()
    band = serializers.ListField(child=serializers.FloatField(), help_text="From and to.")
    usual = serializers.FloatField(help_text="What it was in the reference period.")
    n = serializers.IntegerField()
    is_outside = serializers.BooleanField()


class DriftAlertOutput(Output):
    id = serializers.IntegerField()
    model_version = serializers.UUIDField(source="model_version_id")
    measure = serializers.CharField()
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    usual = serializers.FloatField()
    n = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = Person(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class DriftOutput(Output):
    """What incoming photos are like since the version in service came into it."""

    model_version = serializers.UUIDField(source="version.pk", default=None, allow_null=True)
    since = serializers.DateField(allow_null=True)
    reference_end = serializers.DateField(allow_null=True, help_text="Up to here what is usual is learned.")
    is_learning = serializers.BooleanField(help_text="Whether that is not over yet.")
    edges = serializers.ListField(child=serializers.FloatField(), help_text="Of the bins of confidences.")
    stretches = DriftStretchOutput(many=True)
    findings = DriftFindingOutput(many=True)
    alerts = DriftAlertOutput(many=True, help_text="The newest 50, those that are open first.")
    counted_at = serializers.DateTimeField(allow_null=True)
