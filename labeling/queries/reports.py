"""Everything that a page of figures shows, in one call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from labeling.confusions import ConfusedPair, count_pairs, count_positions, find_confusions
from labeling.measures import Share, Spread
from labeling.models import Project, User
from labeling.queries import figures, work
from labeling.queries.agreement import Agreement, measure_agreement
from labeling.queries.figures import AnnotatorFigures, ReviewerFigures, Stretch
from labeling.queries.spans import Span


@dataclass(frozen=True, slots=True)
class Corrections:
    """The texts that review changed, and the characters that were confused in them."""

    texts: int
    pairs: list[ConfusedPair]
    positions: list[int]
    """How many at each of the 17."""


@dataclass(frozen=True, slots=True)
class TeamReport:
    """How a project is annotated in a span."""

    annotators: list[AnnotatorFigures]
    reviewers: list[ReviewerFigures]
    together: AnnotatorFigures
    milliseconds: Spread | None
    stretches: list[Stretch]
    corrections: Corrections
    agreement: Agreement

    @property
    def changed(self) -> Share:
        """The model's readings that people changed."""
        unchanged = self.together.unchanged
        return Share(unchanged.of - unchanged.hits, unchanged.of)

    def without_people(self) -> TeamReport:
        """For those who see how well the project is annotated, and not by whom or measured by what."""
        return replace(
            self,
            annotators=[],
            reviewers=[],
            together=replace(self.together, missed=None, unnoticed=None),
            agreement=replace(self.agreement, pairs=[]),
        )


@dataclass(frozen=True, slots=True)
class PersonReport:
    """How one person works in a span; the figures are None where they did not do this kind of work."""

    person: User
    annotator: AnnotatorFigures | None
    reviewer: ReviewerFigures | None
    stretches: list[Stretch]
    corrections: Corrections


def get_team_report(*, project: Project, span: Span, now: datetime) -> TeamReport:
    submitted = figures.list_submitted(project=project, span=span)
    daily = figures.list_daily(project=project, span=span)
    annotators = figures.list_annotators(project=project, span=span, submitted=submitted, shows_probes=True)
    return TeamReport(
        annotators=annotators,
        reviewers=figures.list_reviewers(project=project, span=span),
        together=figures.add_up(annotators),
        milliseconds=figures.measure_time(submitted),
        stretches=figures.list_stretches(span=span, daily=daily, now=now),
        corrections=_count_corrections(project, None, span),
        agreement=measure_agreement(project=project, span=span),
    )


def get_person_report(
    *,
    project: Project,
    person: User,
    span: Span,
    now: datetime,
    is_own: bool = False,
    shows_probes: bool = False,
) -> PersonReport:
    """`is_own` is for the person themselves, to whom a probe is a photo like any other.

    `shows_probes` is for those who may know what came of them.
    """
    submitted = figures.list_submitted(project=project, span=span, person=person, is_own=is_own)
    daily = figures.list_daily(project=project, span=span, person=person, is_own=is_own)
    annotators = figures.list_annotators(
        project=project,
        span=span,
        submitted=submitted,
        person=person,
        is_own=is_own,
        shows_probes=shows_probes,
    )
    reviewers = figures.list_reviewers(project=project, span=span, person=person)
    return PersonReport(
        person=person,
        annotator=annotators[0] if annotators else None,
        reviewer=reviewers[0] if reviewers else None,
        stretches=figures.list_stretches(span=span, daily=daily, now=now),
        corrections=_count_corrections(project, person, span),
    )


def _count_corrections(project: Project, person: User | None, span: Span) -> Corrections:
    found = work.list_corrections(project=project, person=person, span=span)
    confusions = [each for _, typed, meant in found for each in find_confusions(typed, meant)]
    return Corrections(len(found), count_pairs(confusions), count_positions(confusions))
