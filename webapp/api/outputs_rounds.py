"""What the API answers with about rounds of pseudo-labels."""

from typing import Any

from rest_framework import serializers

from labeling.models import LabelEnd
from labeling.pseudo_labels import AuditVerdict, Objection
from labeling.queries.pseudo_rounds import RoundReport
from labeling.states import PseudoRoundState
from webapp.api.fields import OneOf
from webapp.api.outputs import Output, Person

_INTERVAL = "95 %, of Wilson."
_EXACT = "95 %, exact for so many labels."


def _interval(words: str, source: str | None = None) -> serializers.ListField:
    return serializers.ListField(child=serializers.FloatField(), help_text=words, source=source)


class RoundOutput(Output):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    state = OneOf(PseudoRoundState)
    teacher = serializers.UUIDField(source="teacher_id")
    validation = serializers.UUIDField(source="validation_id")
    target = serializers.FloatField()
    audit_size = serializers.IntegerField()
    revokes_itself = serializers.BooleanField()
    threshold = serializers.FloatField(allow_null=True)
    done = serializers.IntegerField(help_text="Photos of the part that is being read.")
    total = serializers.IntegerField()
    message = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    attempts = serializers.IntegerField()
    cancel_requested_at = serializers.DateTimeField(allow_null=True)
    requested_by = Person()
    requested_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True, help_text="When reading ended.")
    settled_at = serializers.DateTimeField(allow_null=True)
    settled_by = Person(allow_null=True)
    reason = serializers.CharField(allow_blank=True, help_text="Why it was revoked.")


class RoundPlanOutput(Output):
    """What a round would do."""

    teacher = serializers.UUIDField(source="teacher.pk")
    validation = serializers.UUIDField(source="validation.pk")
    target = serializers.FloatField()
    audit_size = serializers.IntegerField()
    revokes_itself = serializers.BooleanField()
    photos = serializers.IntegerField(help_text="Photos that nobody has labeled.")
    known = serializers.IntegerField(help_text="Those of them that the teacher has read already.")
    validation_photos = serializers.IntegerField()
    validation_read = serializers.IntegerField(
        source="choice.n", help_text="Those of them that the teacher has read already."
    )
    is_final = serializers.BooleanField(
        help_text="Whether the teacher has read all of them, so that the threshold is what it will be."
    )
    threshold = serializers.FloatField(
        source="choice.threshold", allow_null=True, help_text="By the validation photos that were read."
    )
    problem = serializers.CharField(
        allow_blank=True, help_text="Why the round would fail, as far as that is known."
    )


class RoundCountsOutput(Output):
    read = serializers.IntegerField()
    agreed = serializers.IntegerField(help_text="Both recognizers read the same.")
    contradicted = serializers.IntegerField(help_text="Of these, by the bar code or the check digit.")
    sure = serializers.IntegerField(help_text="Of the others, those above the threshold.")
    accepted = serializers.IntegerField()
    passed_over = serializers.IntegerField(help_text="Sure, but somebody was on them by then.")
    standing = serializers.IntegerField(help_text="Labels that hold now.")
    objections = serializers.DictField(
        help_text=f"Photos by what speaks against them: {', '.join(each for each in Objection if each)}."
    )
    ended = serializers.DictField(
        help_text=f"Labels that hold no more, by why: {', '.join(each for each in LabelEnd if each)}."
    )


class AcceptanceOutput(Output):
    """What becomes of the validation photos at one threshold."""

    threshold = serializers.FloatField()
    n = serializers.IntegerField()
    accepted = serializers.IntegerField()
    right = serializers.IntegerField()
    coverage = serializers.FloatField()
    precision = serializers.FloatField()
    precision_interval = _interval(_INTERVAL, source="interval")


class AuditOutput(Output):
    accepted = serializers.IntegerField()
    sample = serializers.IntegerField()
    checked = serializers.IntegerField()
    right = serializers.IntegerField()
    wrong = serializers.IntegerField()
    waiting = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    interval = _interval(_EXACT)
    verdict = OneOf(AuditVerdict)


class SnapshotUseOutput(Output):
    id = serializers.UUIDField(source="snapshot.pk")
    name = serializers.CharField(source="snapshot.name")
    labels = serializers.IntegerField(help_text="How many of the round's labels it holds.")
    runs = serializers.SerializerMethodField(help_text="The runs on it.")

    def get_runs(self, use: object) -> list[str]:
        return [str(run.pk) for run in use.runs]  # type: ignore[attr-defined]


class ScoreOutput(Output):
    version = serializers.UUIDField(source="version.pk")
    exact = serializers.IntegerField()
    n = serializers.IntegerField()


class VersionUseOutput(Output):
    id = serializers.UUIDField(source="version.pk")
    name = serializers.CharField(source="version.name")
    is_direct = serializers.BooleanField(help_text="Whether its own run learned from the labels.")
    promoted_at = serializers.DateTimeField(source="version.promoted_at", allow_null=True)
    passed_gate = serializers.BooleanField(source="decision.passed", allow_null=True, default=None)
    score = ScoreOutput(allow_null=True)
    before = ScoreOutput(allow_null=True, help_text="The champion of that time on the same photos.")


class EffectOutput(Output):
    snapshots = SnapshotUseOutput(many=True)
    versions = VersionUseOutput(many=True)


class RoundReportOutput(Output):
    counts = RoundCountsOutput()
    curve = AcceptanceOutput(source="choice.curve", many=True)
    audit = AuditOutput()
    effect = EffectOutput()


class RoundDetailOutput(RoundReportOutput, RoundOutput):
    """A round, what it read, how its audit stands, and what used its labels."""

    def to_representation(self, report: RoundReport) -> dict[str, Any]:
        return {**RoundOutput(report.pseudo_round).data, **RoundReportOutput(report).data}


class RevokedOutput(Output):
    reopened = serializers.IntegerField(help_text="Tasks that wait for people again.")
    round = RoundOutput()
