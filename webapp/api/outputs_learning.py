"""What the API answers with about snapshots, fine-tuning runs and model versions."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from labeling.models import FinetuningRun, PromotionKind, RunTrigger
from labeling.states import ModelVersionState, RunState
from webapp.api.fields import OneOf
from webapp.api.outputs import Output, Person


class SnapshotOutput(Output):
    id = serializers.UUIDField()
    name = serializers.CharField()
    sha256 = serializers.CharField()
    split_seed = serializers.IntegerField()
    counts = serializers.DictField(help_text="Items by split.")
    created_by = Person()
    created_at = serializers.DateTimeField()


class RunMetricOutput(Output):
    network = serializers.CharField(allow_blank=True)
    step = serializers.IntegerField(help_text="Of this network.")
    loss = serializers.FloatField(allow_null=True)
    validation_loss = serializers.FloatField(allow_null=True)
    validation_exact = serializers.FloatField(allow_null=True)
    validation_cer = serializers.FloatField(allow_null=True)


class RunLogLineOutput(Output):
    text = serializers.CharField()
    created_at = serializers.DateTimeField()


class RunOutput(Output):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    snapshot = serializers.UUIDField(source="snapshot_id")
    snapshot_sha256 = serializers.CharField(source="snapshot.sha256")
    base_version = serializers.UUIDField(source="base_version_id")
    config = serializers.DictField()
    seed = serializers.IntegerField()
    code = serializers.CharField(allow_blank=True, help_text="What the worker trained with.")
    priority = serializers.IntegerField()
    trigger = OneOf(RunTrigger)
    cloned_from = serializers.UUIDField(source="cloned_from_id", allow_null=True)
    state = OneOf(RunState)
    model_version = serializers.SerializerMethodField(
        help_text="What it made. Null until it did, and where nothing was learned."
    )
    learned_nothing = serializers.BooleanField(
        help_text="It succeeded and no network became better, so the weights it started from stay."
    )
    network = serializers.CharField(allow_blank=True, help_text="That which learned last.")
    step = serializers.IntegerField(help_text="Of all networks together.")
    steps = serializers.IntegerField()
    loss = serializers.FloatField(allow_null=True)
    validation_loss = serializers.FloatField(allow_null=True)
    validation_exact = serializers.FloatField(allow_null=True)
    validation_cer = serializers.FloatField(allow_null=True)
    message = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    attempts = serializers.IntegerField()
    peak_bytes = serializers.IntegerField(allow_null=True, help_text="The most memory that a worker took.")
    cancel_requested_at = serializers.DateTimeField(allow_null=True)
    requested_by = Person()
    requested_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_model_version(self, run: FinetuningRun) -> UUID | None:
        version = getattr(run, "model_version", None)
        return version.pk if version else None


class NetworkPlanOutput(Output):
    """Samples are crops, for the detector windows of photos."""

    network = serializers.CharField()
    steps = serializers.IntegerField()
    batch_size = serializers.IntegerField()
    real_samples = serializers.IntegerField()
    synthetic_samples = serializers.IntegerField()


class TaughtSourceOutput(Output):
    """Labels of one source in the train split."""

    label_source = serializers.CharField(source="source")
    photos = serializers.IntegerField()
    weight = serializers.FloatField(help_text="On average, with what the run says of the source.")


class RunPlanOutput(Output):
    """What a run would do."""

    base_version = serializers.UUIDField(source="base.pk")
    counts = serializers.DictField(help_text="Photos by split.")
    config = serializers.DictField()
    steps = serializers.IntegerField(help_text="Of all networks together.")
    networks = NetworkPlanOutput(many=True, source="paces")
    sources = TaughtSourceOutput(many=True)
    placeless = serializers.IntegerField(
        help_text="Labels that teach nothing, as nobody knows where their VIN is."
    )
    ahead = serializers.IntegerField(help_text="Runs in the queue before it.")
    seconds = serializers.FloatField(
        allow_null=True,
        help_text="Guessed from the last run of the same networks, if there was one.",
    )


class RunScheduleOutput(Output):
    corrections = serializers.IntegerField(allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    config = serializers.DictField()
    set_by = Person(allow_null=True)
    set_at = serializers.DateTimeField(allow_null=True)
    tried_at = serializers.DateTimeField(allow_null=True)
    message = serializers.CharField(allow_blank=True, help_text="What came of it when it was last due.")


class RunDetailOutput(RunOutput):
    metrics = RunMetricOutput(many=True)
    log = RunLogLineOutput(many=True)


class ModelVersionOutput(Output):
    id = serializers.UUIDField()
    name = serializers.CharField()
    digest = serializers.CharField()
    state = OneOf(ModelVersionState)
    is_champion = serializers.BooleanField()
    run = serializers.UUIDField(source="run_id", allow_null=True)
    base = serializers.UUIDField(source="base_id", allow_null=True)
    created_at = serializers.DateTimeField()
    promoted_at = serializers.DateTimeField(allow_null=True)


class EvaluationOutput(Output):
    snapshot = serializers.UUIDField(source="snapshot_id")
    split = serializers.CharField()
    scorecard = serializers.DictField()
    created_at = serializers.DateTimeField()


class GatePolicyOutput(Output):
    number = serializers.IntegerField(help_text="0: the defaults, which nobody has changed.")
    rules = serializers.DictField()
    reference = serializers.UUIDField(source="reference_id", allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    created_by = Person(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)


class AcquisitionPolicyOutput(Output):
    number = serializers.IntegerField(help_text="0: nobody has set one, and these are the defaults.")
    uncertainty = serializers.FloatField()
    disagreement = serializers.FloatField()
    novelty = serializers.FloatField()
    legibility = serializers.FloatField()
    random_share = serializers.FloatField()
    reason = serializers.CharField(allow_blank=True)
    made_by = Person(allow_null=True)
    made_at = serializers.DateTimeField(allow_null=True)


class FairMeasureOutput(Output):
    """Of photos that were drawn at random and accepted: how many whole VINs the champion had read right."""

    right = serializers.IntegerField()
    photos = serializers.IntegerField()
    interval = serializers.ListField(child=serializers.FloatField(), help_text="95 %, Wilson.")


class AcquisitionOrderOutput(Output):
    ordered_at = serializers.DateTimeField(
        source="order.ordered_at", allow_null=True, help_text="Null: not yet."
    )
    is_due = serializers.SerializerMethodField(help_text="Whether a worker is to do so again.")
    tasks = serializers.IntegerField(source="order.tasks", help_text="How many were put in order.")
    labels = serializers.IntegerField(source="order.labels", help_text="The labeled photos beside them.")
    waiting = serializers.DictField(
        child=serializers.IntegerField(), help_text="Tasks that nobody has begun, by worth and random."
    )
    champion = serializers.CharField(source="champion.name", default=None, allow_null=True)
    fair = FairMeasureOutput(allow_null=True)

    def get_is_due(self, answer: dict[str, Any]) -> bool:
        return answer["order"].nudge_at is not None


class GateDecisionOutput(Output):
    champion = serializers.UUIDField(source="champion_id")
    snapshot = serializers.UUIDField(source="snapshot_id")
    passed = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.DictField())
    rules = serializers.DictField()
    policy = serializers.IntegerField(
        source="policy.number", default=0, help_text="Which version of the rules; 0: the defaults."
    )
    created_at = serializers.DateTimeField()


class ModelVersionDetailOutput(ModelVersionOutput):
    manifest = serializers.DictField()
    evaluations = EvaluationOutput(many=True)
    gate_decisions = GateDecisionOutput(many=True)


class PromotionOutput(Output):
    model_version = serializers.UUIDField(source="model_version_id")
    previous = serializers.UUIDField(source="previous_id", allow_null=True)
    kind = OneOf(PromotionKind)
    reason = serializers.CharField(allow_blank=True)
    by = Person()
    at = serializers.DateTimeField()
