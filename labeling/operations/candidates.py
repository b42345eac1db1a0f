"""What a snapshot may take: photos with a label that somebody or something vouches for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from inference import vin as rules
from inference.geometry import quad_from_points
from inference.snapshot import SnapshotCharacter
from inference.types import Quad
from labeling.errors import DomainError
from labeling.models import (
    Annotation,
    AnnotationSource,
    DecidedBy,
    LabelEnd,
    LabelSource,
    Outcome,
    Photo,
    PhotoKind,
    Place,
    Prediction,
    Project,
    PseudoLabel,
)
from labeling.operations.inputs import UNKNOWN
from labeling.states import TaskState

DEFAULT_SOURCES = (LabelSource.HUMAN, LabelSource.CONSENSUS, LabelSource.IMPORTED)
WEIGHTS: Mapping[LabelSource, float] = {
    LabelSource.HUMAN: 1.0,
    LabelSource.CONSENSUS: 1.0,
    LabelSource.IMPORTED: 1.0,
    LabelSource.BARCODE: 1.0,
    LabelSource.PSEUDO: 0.5,
}
MAX_WEIGHT = 10.0

AT_ONCE = 2000
"""Rows that are in memory at once as the database gives them."""


class InvalidCriteria(DomainError):
    """What was asked for is no choice of photos."""

    code = "invalid_criteria"


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which photos a snapshot takes. No kind means all kinds; days are those of the upload, both included.

    `weights` are by source; with `balance_kinds`, all kinds weigh the same together in training.
    """

    sources: tuple[LabelSource, ...] = DEFAULT_SOURCES
    kinds: tuple[PhotoKind, ...] = ()
    uploaded_from: date | None = None
    uploaded_until: date | None = None
    leave_out_near_duplicates: bool = False
    balance_kinds: bool = False
    weights: Mapping[LabelSource, float] = field(default_factory=lambda: dict(WEIGHTS))

    def __post_init__(self) -> None:
        if not self.sources:
            raise InvalidCriteria("Choose one source of labels at least.", fields={"sources": "none"})
        if not all(0 < weight <= MAX_WEIGHT for weight in self.weights.values()):
            raise InvalidCriteria(
                f"A weight must be above 0 and at most {MAX_WEIGHT:g}.", fields={"weights": "out of range"}
            )
        if self.uploaded_from and self.uploaded_until and self.uploaded_from > self.uploaded_until:
            raise InvalidCriteria(
                "The first day comes after the last one.", fields={"uploaded_until": "too early"}
            )

    def weight(self, source: LabelSource) -> float:
        return self.weights.get(source, WEIGHTS[source])

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the days as ISO 8601 has them."""
        values = asdict(self)
        for name in ("uploaded_from", "uploaded_until"):
            values[name] = values[name].isoformat() if values[name] else None
        weights = {source.value: self.weight(source) for source in self.sources}
        return {
            **values,
            "sources": [source.value for source in self.sources],
            "kinds": [kind.value for kind in self.kinds],
            "weights": weights,
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A photo with its label, and where the label comes from: an annotation or a prediction.

    These are named and not held: there may be a hundred thousand.
    """

    photo: Photo
    vin: str
    source: LabelSource
    region: Quad | None
    characters: tuple[SnapshotCharacter, ...]
    annotation_id: UUID | None = None
    prediction_id: int | None = None
    pseudo_label_id: UUID | None = None
    round_name: str = ""
    """Of the round that trusts a pseudo-label."""
    is_placed_by_reading: bool = False
    """Whether the region is that of a reading, as the label brings none."""

    @property
    def place(self) -> Place:
        if self.is_placed_by_reading:
            return Place.READING
        is_placed = self.region is not None or len(self.characters) > 1
        return Place.LABEL if is_placed else Place.UNKNOWN


def list_candidates(project: Project, criteria: Criteria) -> list[Candidate]:
    """What the criteria choose, by the photos' hashes; of several labels a photo has the first source's.

    People come before machines: what nobody has looked at is taken from tasks that nobody works on.
    """
    found: dict[object, Candidate] = {}
    for candidate in _list_all(project, criteria):
        if candidate.source in criteria.sources:
            found.setdefault(candidate.photo.pk, candidate)
    return sorted(found.values(), key=lambda candidate: candidate.photo.sha256)


def _list_all(project: Project, criteria: Criteria) -> Iterator[Candidate]:
    yield from map(_from_annotation, _choose(list_accepted(project), "task__photo__", criteria))
    if LabelSource.BARCODE in criteria.sources:
        yield from _from_predictions(_list_agreeing(project), LabelSource.BARCODE, criteria)
    if LabelSource.PSEUDO in criteria.sources:
        yield from map(_from_pseudo_label, _choose(_list_trusted(project), "task__photo__", criteria))


def list_accepted(project: Project) -> QuerySet[Annotation]:
    """The newest annotation of every accepted task that may teach a network."""
    newest = Annotation.objects.filter(
        task__project=project,
        task__state=TaskState.ACCEPTED,
        task__is_probe=False,
        task__revision=F("revision"),
        outcome=Outcome.READ,
    ).exclude(text__contains=UNKNOWN)
    newest = newest.select_related("task__photo", "prediction")
    return newest.defer(*_wide("prediction__"), "prediction__characters")


def _list_newest(project: Project) -> QuerySet[Prediction]:
    """The newest reading of each photo."""
    newest = Prediction.objects.filter(photo=OuterRef("photo")).order_by("-created_at", "-id")
    real = Prediction.objects.filter(photo__project=project, photo__is_probe=False)
    rows = real.filter(pk=Subquery(newest.values("pk")[:1]))
    return rows.select_related("photo").defer(*_wide())


def _list_agreeing(project: Project) -> QuerySet[Prediction]:
    """Readings that a bar code in the same photo confirms, of photos that no person has read."""
    unread = Q(photo__task__state=TaskState.NEW, photo__task__revision=0)
    trusted = Q(photo__task__state=TaskState.AUTO_ACCEPTED)
    return _list_newest(project).filter(unread | trusted, stages__barcode_verdict="agrees")


def _list_trusted(project: Project) -> QuerySet[PseudoLabel]:
    """The readings that a round trusts as labels; those of a revoked round stand no more."""
    rows = PseudoLabel.objects.filter(task__project=project, task__is_probe=False, end=LabelEnd.STANDS)
    rows = rows.select_related("prediction", "pseudo_round", "task__photo")
    return rows.defer(*_wide("prediction__"))


def _wide(prefix: str = "") -> tuple[str, ...]:
    """Columns of a prediction that no label is made of, and that are most of its row."""
    return tuple(f"{prefix}{name}" for name in ("quality", "stages", "descriptor"))


def _choose(rows: QuerySet[Any], photo: str, criteria: Criteria) -> Iterator[Any]:
    """The rows of the photos that the criteria choose; `photo` leads from a row to its photo."""
    wanted: dict[str, Any] = {}
    if criteria.kinds:
        wanted[f"{photo}kind__in"] = [kind.value for kind in criteria.kinds]
    if criteria.uploaded_from:
        wanted[f"{photo}uploaded_at__date__gte"] = criteria.uploaded_from
    if criteria.uploaded_until:
        wanted[f"{photo}uploaded_at__date__lte"] = criteria.uploaded_until
    return rows.filter(**wanted).iterator(chunk_size=AT_ONCE)


def _from_annotation(annotation: Annotation) -> Candidate:
    return Candidate(
        photo=annotation.task.photo,
        vin=annotation.text,
        source=_find_source(annotation),
        region=_find_region(annotation),
        characters=_list_characters(annotation.characters),
        annotation_id=annotation.pk,
    )


def _find_source(annotation: Annotation) -> LabelSource:
    if annotation.source == AnnotationSource.IMPORTED:
        return LabelSource.IMPORTED
    agreed = annotation.task.decided_by == DecidedBy.CONSENSUS
    return LabelSource.CONSENSUS if agreed else LabelSource.HUMAN


def _from_predictions(
    rows: QuerySet[Prediction], source: LabelSource, criteria: Criteria
) -> Iterator[Candidate]:
    for prediction in _choose(rows, "photo__", criteria):
        if rules.is_vin(prediction.vin):
            yield _from_prediction(prediction, prediction.photo, source)


def _from_pseudo_label(label: PseudoLabel) -> Candidate:
    candidate = _from_prediction(label.prediction, label.task.photo, LabelSource.PSEUDO)
    return replace(candidate, pseudo_label_id=label.pk, round_name=label.pseudo_round.name)


def _from_prediction(prediction: Prediction, photo: Photo, source: LabelSource) -> Candidate:
    return Candidate(
        photo=photo,
        vin=prediction.vin,
        source=source,
        region=None if prediction.region is None else quad_from_points(prediction.region),
        characters=_list_characters(prediction.characters),
        prediction_id=prediction.pk,
    )


def _list_characters(characters: list[dict[str, Any]]) -> tuple[SnapshotCharacter, ...]:
    return tuple(
        SnapshotCharacter(symbol=character["symbol"], quad=quad_from_points(character["quad"]))
        for character in characters
        if character["quad"] is not None
    )


def _find_region(annotation: Annotation) -> Quad | None:
    """The person's region; where they drew none, the engine's, if what it read there was right."""
    region: Any = annotation.region
    prediction = annotation.prediction
    if region is None and prediction is not None and prediction.vin == annotation.text:
        region = prediction.region
    return None if region is None else quad_from_points(region)
