"""What a snapshot may take: photos with a label that somebody or something vouches for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from inference import vin as rules
from labeling.errors import DomainError
from labeling.models import (
    Annotation,
    AnnotationSource,
    DecidedBy,
    LabelEnd,
    LabelSource,
    Outcome,
    PhotoKind,
    Prediction,
    Project,
    PseudoLabel,
    PseudoRound,
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

    They are named and not held, and boxes are loaded when they are written (see label_boxes): there may be a
    hundred thousand.
    """

    photo_id: UUID
    sha256: str
    kind: str
    near_duplicate_of: UUID | None
    vin: str
    source: LabelSource
    annotation_id: UUID | None = None
    prediction_id: int | None = None
    pseudo_label_id: UUID | None = None
    round_name: str = ""
    """Of the round that trusts a pseudo-label."""


def list_candidates(project: Project, criteria: Criteria) -> list[Candidate]:
    """What the criteria choose, by the photos' hashes; of several labels a photo has the first source's.

    People come before machines: what nobody has looked at is taken from tasks that nobody works on.
    """
    found: dict[UUID, Candidate] = {}
    for candidate in _list_all(project, criteria):
        if candidate.source in criteria.sources:
            found.setdefault(candidate.photo_id, candidate)
    return sorted(found.values(), key=lambda candidate: candidate.sha256)


def _list_all(project: Project, criteria: Criteria) -> Iterator[Candidate]:
    yield from _list_annotated(project, criteria)
    if LabelSource.BARCODE in criteria.sources:
        yield from _list_coded(project, criteria)
    if LabelSource.PSEUDO in criteria.sources:
        yield from _list_trusted(project, criteria)


def _list_annotated(project: Project, criteria: Criteria) -> Iterator[Candidate]:
    columns = ("pk", "text", "source", "task__decided_by")
    rows = _choose(list_accepted(project), criteria, "task__photo__", *columns)
    for photo, sha256, kind, alike, annotation, text, source, decided_by in rows:
        source = _name_source(source, decided_by)
        yield Candidate(photo, sha256, kind, alike, text, source, annotation_id=annotation)


def _list_coded(project: Project, criteria: Criteria) -> Iterator[Candidate]:
    rows = _choose(_list_agreeing(project), criteria, "photo__", "pk", "vin")
    for photo, sha256, kind, alike, prediction, vin in rows:
        if rules.is_vin(vin):
            yield Candidate(photo, sha256, kind, alike, vin, LabelSource.BARCODE, prediction_id=prediction)


def _list_trusted(project: Project, criteria: Criteria) -> Iterator[Candidate]:
    """The readings that a round trusts as labels; those of a revoked round stand no more."""
    standing = PseudoLabel.objects.filter(task__project=project, task__is_probe=False, end=LabelEnd.STANDS)
    rounds = {each.pk: each.name for each in PseudoRound.objects.filter(project=project)}
    columns = ("pk", "pseudo_round_id", "prediction_id", "prediction__vin")
    rows = _choose(standing, criteria, "task__photo__", *columns)
    for photo, sha256, kind, alike, label, made_by, prediction, vin in rows:
        yield Candidate(
            photo,
            sha256,
            kind,
            alike,
            vin,
            LabelSource.PSEUDO,
            prediction_id=prediction,
            pseudo_label_id=label,
            round_name=rounds[made_by],
        )


def list_accepted(project: Project) -> QuerySet[Annotation]:
    """The newest annotation of every accepted task that may teach a network."""
    newest = Annotation.objects.filter(
        task__project=project,
        task__state=TaskState.ACCEPTED,
        task__is_probe=False,
        task__revision=F("revision"),
        outcome=Outcome.READ,
    )
    return newest.exclude(text__contains=UNKNOWN)


def _list_agreeing(project: Project) -> QuerySet[Prediction]:
    """Readings that a bar code in the same photo confirms, the newest of photos that no person has read."""
    newest = Prediction.objects.filter(photo=OuterRef("photo")).order_by("-created_at", "-id")
    real = Prediction.objects.filter(photo__project=project, photo__is_probe=False)
    unread = Q(photo__task__state=TaskState.NEW, photo__task__revision=0)
    trusted = Q(photo__task__state=TaskState.AUTO_ACCEPTED)
    rows = real.filter(pk=Subquery(newest.values("pk")[:1]))
    return rows.filter(unread | trusted, stages__barcode_verdict="agrees")


def _choose(rows: QuerySet[Any], criteria: Criteria, photo: str, *columns: str) -> Iterator[tuple[Any, ...]]:
    """What a candidate says of its photo, and these columns, of the photos that the criteria choose.

    `photo` leads from a row to its photo.
    """
    wanted: dict[str, Any] = {}
    if criteria.kinds:
        wanted[f"{photo}kind__in"] = [kind.value for kind in criteria.kinds]
    if criteria.uploaded_from:
        wanted[f"{photo}uploaded_at__date__gte"] = criteria.uploaded_from
    if criteria.uploaded_until:
        wanted[f"{photo}uploaded_at__date__lte"] = criteria.uploaded_until
    of_photo = (f"{photo}{name}" for name in ("id", "sha256", "kind", "near_duplicate_of"))
    return rows.filter(**wanted).values_list(*of_photo, *columns).iterator(chunk_size=AT_ONCE)


def _name_source(source: str, decided_by: str) -> LabelSource:
    if source == AnnotationSource.IMPORTED:
        return LabelSource.IMPORTED
    return LabelSource.CONSENSUS if decided_by == DecidedBy.CONSENSUS else LabelSource.HUMAN
