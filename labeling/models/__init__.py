"""The tables of the domain."""

from labeling.models.annotation import Annotation, Outcome
from labeling.models.audit import AuditEvent
from labeling.models.bulk import BulkAction, BulkItem, BulkKind, BulkOutcome
from labeling.models.dataset import DatasetSnapshot, SnapshotItem
from labeling.models.model_version import (
    Evaluation,
    GateDecision,
    GatePolicy,
    ModelVersion,
    Promotion,
    PromotionKind,
)
from labeling.models.photo import Photo, VinSource
from labeling.models.prediction import Prediction
from labeling.models.project import Invitation, Membership, Project, Role
from labeling.models.review import Review, Verdict
from labeling.models.run import FinetuningRun, RunMetric, RunSchedule, RunTrigger
from labeling.models.task import Draft, Lease, LeaseKind, Task
from labeling.models.token import PersonalToken, Scope
from labeling.models.user import User

__all__ = [
    "Annotation",
    "AuditEvent",
    "BulkAction",
    "BulkItem",
    "BulkKind",
    "BulkOutcome",
    "DatasetSnapshot",
    "Draft",
    "Evaluation",
    "FinetuningRun",
    "GateDecision",
    "GatePolicy",
    "Invitation",
    "Lease",
    "LeaseKind",
    "Membership",
    "ModelVersion",
    "Outcome",
    "PersonalToken",
    "Photo",
    "Prediction",
    "Project",
    "Promotion",
    "PromotionKind",
    "Review",
    "Role",
    "RunMetric",
    "RunSchedule",
    "RunTrigger",
    "Scope",
    "SnapshotItem",
    "Task",
    "User",
    "Verdict",
    "VinSource",
]
