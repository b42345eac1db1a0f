"""In which order people are asked: the policy, the state of the order, and what the random share measures."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from inference.metrics import wilson_interval
from labeling.models import (
    Acquisition,
    AcquisitionOrder,
    AcquisitionPolicy,
    Annotation,
    DecidedBy,
    ModelVersion,
    Outcome,
    Project,
    SelectedBy,
    Task,
)
from labeling.states import TaskState

RECENT = 2000
"""More labels hardly narrow an interval."""


@dataclass(frozen=True, slots=True)
class FairMeasure:
    """How many whole VINs a model version read right, of accepted photos that were drawn at random."""

    right: int = 0
    photos: int = 0

    @property
    def share(self) -> float | None:
        return self.right / self.photos if self.photos else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % (Wilson 1927)."""
        return wilson_interval(self.right, self.photos)


def get_policy(*, project: Project) -> AcquisitionPolicy:
    """The policy in force; number 0, with the defaults, where nobody has set one."""
    newest = AcquisitionPolicy.objects.filter(project=project).select_related("made_by").order_by("-number")
    return newest.first() or AcquisitionPolicy(project=project)


def list_policies(*, project: Project) -> list[AcquisitionPolicy]:
    """Every version that somebody set, newest first."""
    rows = AcquisitionPolicy.objects.filter(project=project).select_related("made_by")
    return list(rows.order_by("-number"))


def get_order(*, project: Project) -> AcquisitionOrder:
    """When the order was last worked out; one that never was where no photo has been read yet."""
    return AcquisitionOrder.objects.filter(project=project).first() or AcquisitionOrder(project=project)


def list_quantiles(*, project: Project) -> list[float]:
    return get_order(project=project).quantiles


def count_waiting_by(*, project: Project) -> dict[str, int]:
    """How many tasks that nobody has begun come by their worth, and how many at random.

    Both are counted from an index alone; what was not drawn, or is not yet described, comes by its worth.
    """
    waiting = Task.objects.filter(project=project, state=TaskState.NEW, revision=0)
    drawn = waiting.filter(acquisition__selected_by=SelectedBy.RANDOM).count()
    # Somebody may begin one between the two statements.
    return {SelectedBy.WORTH.value: max(0, waiting.count() - drawn), SelectedBy.RANDOM.value: drawn}


def measure_fairly(*, version: ModelVersion) -> FairMeasure:
    """An estimate for the photos of the project that the order does not bias, of the newest RECENT labels.

    Left out are photos that a manager raised or lowered, and those whose label was imported: people chose
    them. The reading is that of before the label, which has not learned from it.
    """
    label = Annotation.objects.filter(
        task=OuterRef("task"), revision=OuterRef("task__revision"), outcome=Outcome.READ
    )
    drawn = Acquisition.objects.filter(
        prediction__model_version=version,
        selected_by=SelectedBy.RANDOM,
        task__project=version.project_id,
        task__state=TaskState.ACCEPTED,
        task__is_probe=False,
        task__priority__gt=-Task.LEVEL / 2,
        task__priority__lt=Task.LEVEL / 2,
    ).exclude(task__decided_by=DecidedBy.IMPORT)
    rows = drawn.order_by("-task__updated_at").values_list(
        "prediction__vin", Subquery(label.values("text")[:1])
    )
    labeled = [(read, text) for read, text in rows[:RECENT] if text is not None]
    return FairMeasure(right=sum(read == text for read, text in labeled), photos=len(labeled))
