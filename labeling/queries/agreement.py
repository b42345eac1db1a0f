"""How far people agree who read the same photo independently, all together and two by two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labeling.agreement import Alpha, count_agreeing, estimate_alpha, split_characters
from labeling.measures import Share
from labeling.models import Outcome, Project, User
from labeling.queries import work
from labeling.queries.spans import Span

MOST_READINGS = 2000
"""The newest are enough for a narrow interval, and quick to draw again and again."""

_UNREADABLE = "unreadable"
"""What somebody says of a whole photo who cannot read it; no text is like it."""


@dataclass(frozen=True, slots=True)
class DoubleReading:
    """What two people said of one photo without seeing each other's text; empty where they cannot read it."""

    people: tuple[int, int]
    texts: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two people: of how many photos they said the same, and of how many characters."""

    one: User
    other: User
    photos: Share
    characters: Share


@dataclass(frozen=True, slots=True)
class Agreement:
    """All of the project's double readings in a span, or the newest MOST_READINGS of them.

    Alpha is None where nothing could have been disagreed on.
    """

    photos: Share
    characters: Share
    alpha_of_photos: Alpha | None
    alpha_of_characters: Alpha | None
    pairs: list[PairAgreement]

    @property
    def is_cut(self) -> bool:
        """Whether there may be older ones that are not counted."""
        return self.photos.of >= MOST_READINGS


def measure_agreement(*, project: Project, span: Span) -> Agreement:
    """Krippendorff's alpha over whole VINs and over characters, beside the plain shares."""
    readings = _list_readings(project, span)
    return Agreement(
        photos=_share_photos(readings),
        characters=_share_characters(readings),
        alpha_of_photos=estimate_alpha([[_whole(reading)] for reading in readings]),
        alpha_of_characters=estimate_alpha([split_characters(reading.texts) for reading in readings]),
        pairs=_list_pairs(readings),
    )


def _list_readings(project: Project, span: Span) -> list[DoubleReading]:
    rows = work.list_second_readings(project=project, person=None, span=span).order_by("-created_at", "-id")
    columns = ("first_author", "author", "first_outcome", "outcome", "first_text", "text")
    return [
        DoubleReading(
            people=(row["first_author"], row["author"]),
            texts=(_said(row["first_outcome"], row["first_text"]), _said(row["outcome"], row["text"])),
        )
        for row in rows.values(*columns)[:MOST_READINGS]
    ]


def _said(outcome: str, text: str) -> str:
    return text if outcome == Outcome.READ else ""


def _whole(reading: DoubleReading) -> list[str]:
    return [text or _UNREADABLE for text in reading.texts]


def _share_photos(readings: Iterable[DoubleReading]) -> Share:
    return Share(*count_agreeing(_whole(reading) for reading in readings))


def _share_characters(readings: Iterable[DoubleReading]) -> Share:
    units = (unit for reading in readings for unit in split_characters(reading.texts))
    return Share(*count_agreeing(units))


def _list_pairs(readings: Sequence[DoubleReading]) -> list[PairAgreement]:
    """Those who read most photos together come first."""
    together: dict[tuple[int, int], list[DoubleReading]] = {}
    for reading in readings:
        one, other = sorted(reading.people)
        together.setdefault((one, other), []).append(reading)
    users = User.objects.in_bulk({key for pair in together for key in pair})
    pairs = [
        PairAgreement(users[one], users[other], _share_photos(shared), _share_characters(shared))
        for (one, other), shared in together.items()
    ]
    return sorted(pairs, key=lambda pair: (-pair.photos.of, pair.one.username, pair.other.username))
