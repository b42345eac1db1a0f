"""What the API answers with at the review desk: changes, comments, sheets of readings, guidelines."""

from django.urls import reverse
from rest_framework import serializers

from labeling.differences import BoxChangeKind
from labeling.models import Prediction, Unseen
from labeling.queries.spot_checks import SheetReading
from webapp.api.fields import OneOf, Quad
from webapp.api.outputs import Output, Person


class SymbolChangeOutput(Output):
    before_index = serializers.IntegerField(allow_null=True, help_text="Null where nothing stood there.")
    after_index = serializers.IntegerField(allow_null=True, help_text="Null where nothing stands there.")
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class BoxChangeOutput(Output):
    kind = OneOf(BoxChangeKind)
    before_index = serializers.IntegerField(allow_null=True)
    after_index = serializers.IntegerField(allow_null=True)
    symbol = serializers.CharField(allow_blank=True)
    iou = serializers.FloatField(allow_null=True, help_text="Of both boxes, where one has moved.")
    pixels = serializers.FloatField(allow_null=True, help_text="How far the corner went that went farthest.")
    before_quad = Quad(allow_null=True)


class ChangesOutput(Output):
    """What the newest annotation says differently from the prediction."""

    symbols = SymbolChangeOutput(many=True)
    boxes = BoxChangeOutput(many=True)
    region = BoxChangeOutput(allow_null=True)


class CommentPieceOutput(Output):
    """A part of the text of a comment."""

    text = serializers.CharField(trim_whitespace=False)
    name = serializers.CharField(allow_blank=True, help_text="The member whom it names; empty: nobody.")


class CommentOutput(Output):
    id = serializers.IntegerField()
    index = serializers.IntegerField(allow_null=True, help_text="Of the character, 0 to 16; null: the photo.")
    revision = serializers.IntegerField(help_text="The newest one when this was written.")
    text = serializers.CharField(help_text="Plain text.")
    pieces = CommentPieceOutput(many=True)
    author = Person()
    is_mine = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)


class MentionOutput(Output):
    id = serializers.IntegerField()
    task = serializers.UUIDField(source="task.pk")
    photo = serializers.UUIDField(source="task.photo_id")
    comment = CommentOutput()


class SheetReadingOutput(Output):
    """One accepted reading; its strip is a small JPEG with the text upright."""

    id = serializers.CharField(source="key", help_text="Of the prediction or the annotation that it is.")
    source = OneOf(Unseen)  # type: ignore[assignment]
    photo = serializers.UUIDField(source="task.photo_id")
    vin = serializers.CharField(source="text")
    confidence = serializers.SerializerMethodField(help_text="The model's; null for what a person read.")
    strip_url = serializers.SerializerMethodField()

    def get_confidence(self, reading: SheetReading) -> float | None:
        return reading.of.confidence if isinstance(reading.of, Prediction) else None

    def get_strip_url(self, reading: SheetReading) -> str:
        name = "prediction" if isinstance(reading.of, Prediction) else "annotation"
        return reverse(f"{name}-strip", args=[reading.key])


class PrecisionOutput(Output):
    source = OneOf(Unseen)  # type: ignore[assignment]
    right = serializers.IntegerField()
    checked = serializers.IntegerField()
    interval = serializers.ListField(child=serializers.FloatField(), help_text="95 %, Wilson.")


class SheetOutput(Output):
    readings = SheetReadingOutput(many=True)
    unseen = serializers.IntegerField(
        help_text="How many you may look at; without a round, 200 is that or more."
    )
    precision = PrecisionOutput(many=True)


class SheetResultOutput(Output):
    right = serializers.IntegerField()
    wrong = serializers.IntegerField()
    passed_over = serializers.IntegerField(help_text="Checked by somebody else, or no longer accepted.")


class GuidelineOutput(Output):
    number = serializers.IntegerField()
    text = serializers.CharField(help_text="Markdown.")
    note = serializers.CharField(allow_blank=True)
    author = Person()
    created_at = serializers.DateTimeField()


class GuidelineStateOutput(Output):
    newest = GuidelineOutput(allow_null=True)
    read = serializers.IntegerField(help_text="The newest version that you said you have read; 0: none.")
    is_news = serializers.BooleanField()
