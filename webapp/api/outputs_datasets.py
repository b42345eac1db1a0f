"""What the API answers with about the content of snapshots, and about exports and imports."""

from rest_framework import serializers

from labeling.formats.registry import FormatName
from labeling.models import TransferKind
from labeling.states import TransferState
from webapp.api.fields import OneOf
from webapp.api.outputs import Output, Person
from webapp.api.outputs_learning import SnapshotOutput


class GroupOutput(Output):
    name = serializers.CharField(allow_blank=True)
    counts = serializers.DictField(help_text="Photos by split.")


class SnapshotDetailOutput(SnapshotOutput):
    """`vehicles` are by split, `symbols` those of the VINs that teach."""

    criteria = serializers.DictField()
    left_out = serializers.DictField(help_text="Photos that were not taken, by the reason.")
    kinds = GroupOutput(many=True)
    sources = GroupOutput(many=True)
    places = GroupOutput(many=True, help_text="By how it is known where the VIN is.")
    vehicles = serializers.DictField()
    symbols = serializers.DictField()


class SuspectOutput(Output):
    photo = serializers.UUIDField(source="item.photo_id")
    split = serializers.CharField(source="item.split")
    label = serializers.CharField(source="item.vin")  # type: ignore[assignment]
    reading = serializers.CharField(source="prediction.vin")
    confidence = serializers.FloatField(source="prediction.confidence")
    places = serializers.ListField(
        child=serializers.IntegerField(), help_text="The positions, from 0, at which they differ."
    )


class SuspectsOutput(Output):
    threshold = serializers.FloatField(
        allow_null=True, help_text="The mean confidence of the readings that agree with their label."
    )
    read = serializers.IntegerField(help_text="Photos that the model version in service has read.")
    total = serializers.IntegerField()
    items = SuspectOutput(many=True, source="rows")


class SideOutput(Output):
    vin = serializers.CharField()
    split = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]


class ChangeOutput(Output):
    photo = serializers.UUIDField(source="photo_id")
    name = serializers.CharField()
    before = SideOutput(allow_null=True)
    after = SideOutput(allow_null=True)


class DifferenceOutput(Output):
    counts = serializers.DictField(help_text="All photos, by what became of them.")
    added = ChangeOutput(many=True, source="rows.added")
    removed = ChangeOutput(many=True, source="rows.removed")
    relabeled = ChangeOutput(many=True, source="rows.relabeled")
    moved = ChangeOutput(many=True, source="rows.moved", help_text="Into another split.")
    revised = ChangeOutput(many=True, source="rows.revised", help_text="The same VIN by another revision.")
    reweighed = ChangeOutput(many=True, source="rows.reweighed")
    same = serializers.IntegerField()


class DoubtOutput(Output):
    tasks = serializers.ListField(child=serializers.UUIDField(), help_text="They wait for review now.")


class TransferOutput(Output):
    id = serializers.UUIDField()
    kind = OneOf(TransferKind)
    format = OneOf(FormatName)
    state = OneOf(TransferState)
    options = serializers.DictField()
    snapshot = serializers.UUIDField(source="snapshot_id", allow_null=True)
    upload_name = serializers.CharField(allow_blank=True)
    has_file = serializers.BooleanField(help_text="Whether there is a file to fetch.")
    byte_size = serializers.IntegerField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    message = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    report = serializers.DictField()
    attempts = serializers.IntegerField()
    cancel_requested_at = serializers.DateTimeField(allow_null=True)
    requested_by = Person()
    requested_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
