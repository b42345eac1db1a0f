"""The tables of the domain."""

from labeling.models.acquisition import Acquisition, AcquisitionOrder, AcquisitionPolicy, SelectedBy
from labeling.models.annotation import Annotation, AnnotationSource, Outcome
from labeling.models.audit import AuditEvent
from labeling.models.background import BackgroundState
from labeling.models.bulk import BulkAction, BulkItem, BulkKind, BulkOutcome
from labeling.models.comment import Comment, Mention
from labeling.models.dataset import DatasetSnapshot, LabelSource, Place, SnapshotItem, VehicleInTest
from labeling.models.drift import DriftAlert, DriftDay
from labeling.models.guideline import Guideline, GuidelineReading
from labeling.models.model_version import (
    Evaluation,
    GateDecision,
    GatePolicy,
    MeasuredPhoto,
    ModelVersion,
    Promotion,
    PromotionKind,
)
from labeling.models.photo import Photo, PhotoKind, VinSource
from labeling.models.policy import QualityPolicy
from labeling.models.prediction import Prediction
from labeling.models.probe import Probe
from labeling.models.project import Invitation, Membership, Project, Role
from labeling.models.pseudo_round import LabelEnd, PseudoLabel, PseudoRound, RoundPart, RoundReading
from labeling.models.rereading import Rereading, RereadingItem
from labeling.models.review import Review, Verdict
from labeling.models.run import FinetuningRun, RunLogLine, RunMetric, RunSchedule, RunTrigger
from labeling.models.shadow import Shadow, ShadowEnd, ShadowReading
from labeling.models.spot_check import SpotCheck, Unseen
from labeling.models.task import DecidedBy, Draft, Lease, LeaseKind, Task
from labeling.models.token import PersonalToken, Scope
from labeling.models.transfer import Transfer, TransferKind
from labeling.models.user import User

__all__ = [
    "Acquisition",
    "AcquisitionOrder",
    "AcquisitionPolicy",
    "Annotation",
    "AnnotationSource",
    "AuditEvent",
    "BackgroundState",
    "BulkAction",
    "BulkItem",
    "BulkKind",
    "BulkOutcome",
    "Comment",
    "DatasetSnapshot",
    "DecidedBy",
    "Draft",
    "DriftAlert",
    "DriftDay",
    "Evaluation",
    "FinetuningRun",
    "GateDecision",
    "GatePolicy",
    "Guideline",
    "GuidelineReading",
    "Invitation",
    "LabelEnd",
    "LabelSource",
    "Lease",
    "LeaseKind",
    "MeasuredPhoto",
    "Membership",
    "Mention",
    "ModelVersion",
    "Outcome",
    "PersonalToken",
    "Photo",
    "PhotoKind",
    "Place",
    "Prediction",
    "Probe",
    "Project",
    "Promotion",
    "PromotionKind",
    "PseudoLabel",
    "PseudoRound",
    "QualityPolicy",
    "Rereading",
    "RereadingItem",
    "Review",
    "Role",
    "RoundPart",
    "RoundReading",
    "RunLogLine",
    "RunMetric",
    "RunSchedule",
    "RunTrigger",
    "Scope",
    "SelectedBy",
    "Shadow",
    "ShadowEnd",
    "ShadowReading",
    "SnapshotItem",
    "SpotCheck",
    "Task",
    "Transfer",
    "TransferKind",
    "Unseen",
    "User",
    "VehicleInTest",
    "Verdict",
    "VinSource",
]
