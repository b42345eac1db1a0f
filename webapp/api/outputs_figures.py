"""What the API answers about how people work."""

from rest_framework import serializers

from labeling.models import Outcome, Role, Verdict
from webapp.api.fields import OneOf
from webapp.api.outputs import Output, Person


class ShareOutput(Output):
    """So many of so many; `value` is null where there is nothing to take a share of."""

    hits = serializers.IntegerField()
    of = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(help_text="The 95 % interval (Wilson).")
    high = serializers.FloatField()


class SpreadOutput(Output):
    """The median and the quartiles of the `n` that were measured."""

    lower = serializers.FloatField()
    median = serializers.FloatField()
    upper = serializers.FloatField()
    n = serializers.IntegerField()


class AnnotatorSharesOutput(Output):
    annotations = serializers.IntegerField()
    reviewed = ShareOutput(help_text="Of the annotations.")
    wrong = ShareOutput(help_text="Changed or sent back, of those reviewed.")
    fixed = serializers.IntegerField()
    rejected = serializers.IntegerField()
    unchanged = ShareOutput(help_text="The model's readings that were submitted as they were.")
    fast = ShareOutput(help_text="Those that took less than a second, of those that were timed.")
    unreadable = ShareOutput()
    skipped = ShareOutput()
    missed = ShareOutput(allow_null=True, help_text="Known photos that were read wrong. For admins.")
    unnoticed = ShareOutput(
        allow_null=True, help_text="Wrong characters seeded into known photos that stayed. For admins."
    )


class AnnotatorFiguresOutput(AnnotatorSharesOutput):
    person = Person()
    role = OneOf(Role, source="member.role", default=None, help_text="Null for who has left the project.")
    milliseconds = SpreadOutput(allow_null=True)
    keystrokes = SpreadOutput(allow_null=True)


class ReviewerFiguresOutput(Output):
    person = Person()
    role = OneOf(Role, source="member.role", default=None, help_text="Null for who has left the project.")
    reviews = serializers.IntegerField()
    accepted = ShareOutput()
    fixed = serializers.IntegerField()
    rejected = serializers.IntegerField()
    overturned = ShareOutput(help_text="Verdicts that did not stand, of those on tasks that are over.")
    milliseconds = SpreadOutput(allow_null=True)


class StretchOutput(Output):
    start = serializers.DateField()
    end = serializers.DateField(help_text="The first day that does not belong to it.")
    annotations = serializers.IntegerField()
    changed = ShareOutput(help_text="The model's readings that people changed.")


class ConfusedPairOutput(Output):
    typed = serializers.CharField()
    meant = serializers.CharField()
    count = serializers.IntegerField()
    positions = serializers.ListField(child=serializers.IntegerField(), help_text="From 1 to 17.")


class CorrectionsOutput(Output):
    texts = serializers.IntegerField()
    pairs = ConfusedPairOutput(many=True)
    positions = serializers.ListField(
        child=serializers.IntegerField(), help_text="How many at each of the 17."
    )


class AlphaOutput(Output):
    """Krippendorff's alpha for nominal values, with a 95 % interval by a bootstrap over photos."""

    value = serializers.FloatField()
    low = serializers.FloatField(allow_null=True, help_text="Null where nobody differs.")
    high = serializers.FloatField(allow_null=True)
    photos = serializers.IntegerField()


class PairAgreementOutput(Output):
    one = Person()
    other = Person()
    photos = ShareOutput(help_text="Whole VINs on which both say the same.")
    characters = ShareOutput()


class AgreementOutput(Output):
    photos = ShareOutput(help_text="Whole VINs on which both readers say the same.")
    characters = ShareOutput(help_text="Its interval takes characters of one photo for independent.")
    alpha_of_photos = AlphaOutput(allow_null=True)
    alpha_of_characters = AlphaOutput(allow_null=True)
    pairs = PairAgreementOutput(many=True, help_text="For admins; empty for others.")


class TeamReportOutput(Output):
    together = AnnotatorSharesOutput()
    milliseconds = SpreadOutput(allow_null=True)
    stretches = StretchOutput(many=True)
    corrections = CorrectionsOutput()
    agreement = AgreementOutput()
    annotators = AnnotatorFiguresOutput(many=True, help_text="For admins; empty for others.")
    reviewers = ReviewerFiguresOutput(many=True, help_text="For admins; empty for others.")


class PersonReportOutput(Output):
    person = Person()
    annotator = AnnotatorFiguresOutput(allow_null=True)
    reviewer = ReviewerFiguresOutput(allow_null=True)
    stretches = StretchOutput(many=True)
    corrections = CorrectionsOutput()


class SubmittedOutput(Output):
    """One annotation, and what review made of it."""

    photo = serializers.UUIDField(source="photo.pk")
    annotation = serializers.UUIDField(source="annotation.pk")
    outcome = OneOf(Outcome, source="annotation.outcome")
    model_read = serializers.CharField(source="annotation.prediction.vin", default="")
    submitted = serializers.CharField(source="annotation.text", allow_blank=True)
    unreadable_reason = serializers.CharField(source="annotation.unreadable_reason", allow_blank=True)
    submitted_at = serializers.DateTimeField(source="annotation.created_at")
    active_ms = serializers.IntegerField(source="annotation.active_ms", allow_null=True)
    keystrokes = serializers.IntegerField(source="annotation.keystrokes", allow_null=True)
    verdict = OneOf(Verdict, source="review.verdict", default=None, help_text="Null: not reviewed.")
    reason = serializers.CharField(source="review.reason", default="")
    corrected_to = serializers.CharField(source="corrected.text", default=None, allow_null=True)
