"""The tables of figures as rows for a CSV file. Shares are between 0 and 1, times in seconds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from labeling.measures import NO_SHARE, Share, Spread
from labeling.policies import Capability
from labeling.queries.history import Submitted
from labeling.queries.quality import Standing
from labeling.queries.reports import Corrections, TeamReport

Rows = Iterable[Sequence[Any]]

_SHARE = ("", "_of", "_share", "_low", "_high")
_SPREAD = ("_median", "_lower_quartile", "_upper_quartile", "_n")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the team's page: its columns, its rows, and who may have it."""

    head: Sequence[str]
    rows: Callable[[TeamReport], Rows]
    capability: Capability


def _named(name: str, parts: Sequence[str]) -> list[str]:
    return [f"{name}{part}" for part in parts]


def _share(share: Share) -> list[Any]:
    if not share.of:
        return [share.hits, share.of, None, None, None]
    return [share.hits, share.of, *(round(value or 0.0, 4) for value in (share.value, share.low, share.high))]


def _spread(spread: Spread | None, scale: float = 1.0) -> list[Any]:
    if spread is None:
        return [None, None, None, 0]
    amounts = (spread.median, spread.lower, spread.upper)
    return [*(round(amount * scale, 2) for amount in amounts), spread.n]


def _list_people(report: TeamReport) -> Rows:
    for each in report.annotators:
        name = each.person.username if each.person else ""
        role = each.member.role if each.member else ""
        shares = (
            each.reviewed,
            each.wrong,
            each.missed or NO_SHARE,
            each.unnoticed or NO_SHARE,
            each.unchanged,
            each.fast,
            each.unreadable,
            each.skipped,
        )
        yield [
            name,
            role,
            each.annotations,
            *(value for share in shares for value in _share(share)),
            each.fixed,
            each.rejected,
            *_spread(each.milliseconds, 0.001),
            *_spread(each.keystrokes),
        ]


def list_standings(standings: Iterable[Standing]) -> Rows:
    """How often each person was found wrong lately, and what share of theirs is reviewed."""
    for each in standings:
        parts = (each.by_reviews, each.by_checks, each.by_probes)
        yield [
            each.user.username,
            *(number for part in parts for number in (part.errors, part.trials)),
            *_share(Share(each.measured.errors, each.measured.trials)),
            round(each.share, 4),
        ]


def _list_reviewers(report: TeamReport) -> Rows:
    for each in report.reviewers:
        yield [
            each.person.username,
            each.member.role if each.member else "",
            each.reviews,
            *_share(each.accepted),
            each.fixed,
            each.rejected,
            *_share(each.overturned),
            *_spread(each.milliseconds, 0.001),
        ]


def _list_days(report: TeamReport) -> Rows:
    for each in report.stretches:
        yield [each.start.isoformat(), each.end.isoformat(), each.annotations, *_share(each.changed)]


def list_pairs(corrections: Corrections) -> Iterator[list[Any]]:
    """Which characters were confused."""
    for pair in corrections.pairs:
        places = " ".join(str(place) for place in pair.positions)
        yield [pair.typed, pair.meant, pair.count, places]


def _list_agreement(report: TeamReport) -> Rows:
    for pair in report.agreement.pairs:
        characters = pair.characters
        yield [
            pair.one.username,
            pair.other.username,
            *_share(pair.photos),
            characters.hits,
            characters.of,
            round(characters.value or 0.0, 4) if characters.of else None,
        ]


STANDING_HEAD = (
    "person",
    *(f"{found}{part}" for found in ("review", "spot_check", "known", "all") for part in ("_wrong", "_of")),
    "error",
    "error_low",
    "error_high",
    "reviewed_share",
)

TABLES: dict[str, Table] = {
    "people": Table(
        [
            "person",
            "role",
            "annotations",
            *_named("reviewed", _SHARE),
            *_named("wrong", _SHARE),
            *_named("known_missed", _SHARE),
            *_named("seeded_unnoticed", _SHARE),
            *_named("unchanged", _SHARE),
            *_named("fast", _SHARE),
            *_named("unreadable", _SHARE),
            *_named("skipped", _SHARE),
            "fixed",
            "sent_back",
            *_named("seconds", _SPREAD),
            *_named("keystrokes", _SPREAD),
        ],
        _list_people,
        Capability.SEE_PEOPLE,
    ),
    "reviewers": Table(
        [
            "person",
            "role",
            "reviews",
            *_named("accepted", _SHARE),
            "fixed",
            "sent_back",
            *_named("overturned", _SHARE),
            *_named("seconds", _SPREAD),
        ],
        _list_reviewers,
        Capability.SEE_PEOPLE,
    ),
    "agreement": Table(
        [
            "person",
            "other_person",
            *_named("photos_agreed", _SHARE),
            *_named("characters_agreed", _SHARE[:3]),
        ],
        _list_agreement,
        Capability.SEE_PEOPLE,
    ),
    "days": Table(
        ["from", "until", "annotations", *_named("changed", _SHARE)], _list_days, Capability.SEE_QUALITY
    ),
    "confusions": Table(
        ["typed", "meant", "count", "positions"],
        lambda report: list_pairs(report.corrections),
        Capability.SEE_QUALITY,
    ),
}
"""What there is to download. An address names one of these and nothing else."""

HISTORY_HEAD = [
    "submitted_at",
    "photo",
    "photo_name",
    "model_read",
    "submitted",
    "unreadable_reason",
    "verdict",
    "reason",
    "corrected_to",
    "seconds",
    "keystrokes",
]


def list_history_rows(items: Iterable[Submitted]) -> Rows:
    """What one person submitted, as it is shown to them."""
    for item in items:
        annotation = item.annotation
        yield [
            annotation.created_at.isoformat(timespec="seconds"),
            str(item.photo.pk),
            item.photo.name,
            annotation.prediction.vin if annotation.prediction else "",
            annotation.text,
            annotation.unreadable_reason,
            item.review.verdict if item.review else "",
            item.review.reason if item.review else "",
            item.corrected.text if item.corrected else "",
            None if annotation.active_ms is None else annotation.active_ms / 1000,
            annotation.keystrokes,
        ]
