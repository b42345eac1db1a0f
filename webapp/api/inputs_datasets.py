"""What a client may send about snapshots, exports and imports."""

from typing import Any

from rest_framework import serializers

from labeling.formats.registry import FormatName
from labeling.models import LabelSource, PhotoKind
from labeling.operations.candidates import DEFAULT_SOURCES, MAX_WEIGHT, Criteria
from labeling.operations.doubts import MOST_AT_ONCE
from labeling.queries.paging import MAX_LIMIT
from webapp.api.fields import Number, OneOf, StrictInput, Text, Whole


class WeightsInput(StrictInput):
    """How much a photo of each source counts in training; what is not named keeps its default."""

    human = Number(default=None)
    consensus = Number(default=None)
    barcode = Number(default=None)
    pseudo = Number(default=None)
    imported = Number(default=None)


class SnapshotInput(StrictInput):
    """The name, and which photos: by the source of their label, their kind, and the day of their upload."""

    name = Text(max_length=100)
    split_seed = Whole(min_value=0, max_value=2**31 - 1, default=1)
    sources = serializers.ListField(
        child=OneOf(LabelSource),
        min_length=1,
        max_length=len(LabelSource),
        default=[source.value for source in DEFAULT_SOURCES],
    )
    kinds = serializers.ListField(
        child=OneOf(PhotoKind), max_length=len(PhotoKind), default=list, help_text="None: all of them."
    )
    uploaded_from = serializers.DateField(allow_null=True, default=None)
    uploaded_until = serializers.DateField(allow_null=True, default=None, help_text="This day included.")
    leave_out_near_duplicates = serializers.BooleanField(default=False)
    balance_kinds = serializers.BooleanField(
        default=False, help_text="All kinds weigh the same together in training."
    )
    weights = WeightsInput(default=dict, help_text=f"By source, above 0 and at most {MAX_WEIGHT:g}.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        weights = {
            LabelSource(name): value for name, value in attrs.pop("weights").items() if value is not None
        }
        name, seed = attrs.pop("name"), attrs.pop("split_seed")
        sources = tuple(map(LabelSource, attrs.pop("sources")))
        kinds = tuple(map(PhotoKind, attrs.pop("kinds")))
        criteria = Criteria(sources=sources, kinds=kinds, weights=weights, **attrs)
        return {"name": name, "split_seed": seed, "criteria": criteria}


class DoubtInput(StrictInput):
    photos = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_AT_ONCE)


class DifferenceInput(StrictInput):
    against = serializers.UUIDField(help_text="The earlier snapshot.")
    skip = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=MAX_LIMIT)


class ExportInput(StrictInput):
    snapshot = serializers.UUIDField()
    format = OneOf(FormatName)
    with_photos = serializers.BooleanField(default=True)


class ImportInput(StrictInput):
    file = serializers.FileField(
        allow_empty_file=True, help_text="A ZIP of label files and images, or a label file alone."
    )
    format = OneOf(FormatName)
    accept = serializers.BooleanField(
        default=False, help_text="The labels count as accepted; else reviewers look at each of them."
    )


class ConfirmInput(StrictInput):
    leave_out_problems = serializers.BooleanField(
        default=False, help_text="Load the other rows where some cannot be loaded."
    )


class PhotoChangeInput(StrictInput):
    kind = serializers.ChoiceField(
        [(kind.value, kind.name) for kind in PhotoKind], allow_blank=True, help_text="Empty: not known."
    )
