"""Written rules that compare a challenger's scorecard with the champion's on the same photos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from inference.comparison import NotComparable, PairedComparison, compare_exact
from inference.metrics import Acceptance, accept_from
from inference.types import EvaluatedPhoto, Scorecard
from labeling.errors import DomainError
from labeling.measures import say_percent

_SLACK = 1e-9
MEGABYTE = 1000**2


class InvalidRules(DomainError):
    """A rule is missing, unknown, or outside of what it may be; `fields` says which."""

    code = "invalid_rules"


@dataclass(frozen=True, slots=True)
class GateRules:
    """What a challenger must keep to. Shares are between 0 and 1, times in milliseconds a photo.

    minimum_photos: with fewer in the test split nobody can tell.
    exact_match_loss: share of whole VINs that may be lost, over all photos.
    kind_loss: the same for each kind of photo that has `minimum_of_kind` photos or more.
    better_at: how likely the challenger has to be better, by paired bootstrap; 0 asks for no gain.
    confident_from: from this confidence on, a reading counts as confident.
    confident_wrong_increase: share of all photos by which confident wrong readings may increase.
    confident_right_loss: share of all photos by which confident right readings may decrease.
    refused_increase: share of all photos by which those that are refused, though a person read them, may
        increase.
    """

    minimum_photos: int = 5
    exact_match_loss: float = 0.0
    minimum_of_kind: int = 10
    kind_loss: float = 0.05
    better_at: float = 0.0
    confident_from: float = 0.95
    confident_wrong_increase: float = 0.005
    confident_right_loss: float = 0.05
    refused_increase: float = 0.02
    cer_increase: float = 0.005
    calibration_increase: float = 0.05
    latency_factor: float = 1.25
    latency_allowance: float = 25.0
    largest_bundle_megabytes: float = 20.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


LIMITS: Mapping[str, tuple[float, float]] = {
    "minimum_photos": (1, 100_000),
    "minimum_of_kind": (1, 100_000),
    "better_at": (0, 0.999),
    "latency_factor": (0.1, 100),
    "latency_allowance": (0, 60_000),
    "largest_bundle_megabytes": (0.1, 10_000),
}
"""The least and the most of each rule; those that are not named here are shares."""

DEFAULT_RULES = GateRules()


def read_rules(data: Mapping[str, Any]) -> GateRules:
    """Rules from plain data; those that are not named have their default. Raises InvalidRules."""
    defaults = DEFAULT_RULES.to_json()
    problems = {name: "There is no such rule." for name in data if name not in defaults}
    values: dict[str, Any] = {}
    for field in fields(GateRules):
        value = data.get(field.name, defaults[field.name])
        problem = _find_problem(field.name, value, whole=isinstance(defaults[field.name], int))
        if problem:
            problems[field.name] = problem
        values[field.name] = value
    if problems:
        raise InvalidRules("Some rules cannot be kept as they are.", fields=problems)
    return GateRules(**values)


def _find_problem(name: str, value: Any, *, whole: bool) -> str:
    least, most = LIMITS.get(name, (0, 1))
    wanted = f"A {'whole ' if whole else ''}number from {least:g} to {most:g}."
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        return wanted
    return "" if least <= value <= most else wanted


@dataclass(frozen=True, slots=True)
class Reason:
    """What one rule said, and of which photos: "test", "reference", or "" where it is of the bundle."""

    rule: str
    passed: bool
    reason: str
    on: str = ""


@dataclass(frozen=True, slots=True)
class GateResult:
    """Passed where every rule did. Each rule has its reason, whichever way it went."""

    reasons: tuple[Reason, ...] = ()

    @property
    def passed(self) -> bool:
        return all(reason.passed for reason in self.reasons)

    def to_json(self) -> list[dict[str, Any]]:
        return [asdict(reason) for reason in self.reasons]

    def __add__(self, other: GateResult) -> GateResult:
        return GateResult(self.reasons + other.reasons)


def compare(
    *, champion: Scorecard, challenger: Scorecard, rules: GateRules = DEFAULT_RULES, on: str = "test"
) -> GateResult:
    """Apply every rule about readings. Raises NotComparable where the two did not read the same photos."""
    if _subject(champion) != _subject(challenger):
        raise NotComparable(f"{_subject(champion)} is not {_subject(challenger)}")
    return GateResult(
        tuple(Reason(rule, passed, said, on) for rule, passed, said in _judge(champion, challenger, rules))
    )


def judge_bundle(*, byte_size: int, rules: GateRules = DEFAULT_RULES) -> GateResult:
    """Apply the rule about the size of what would be shipped."""
    size, limit = byte_size / MEGABYTE, rules.largest_bundle_megabytes
    said = f"The bundle has {size:.1f} MB; up to {limit:g} MB is allowed."
    return GateResult((Reason("bundle_size", size <= limit, said),))


def _subject(scorecard: Scorecard) -> tuple[str, str, int]:
    return (scorecard.snapshot, scorecard.split, scorecard.n)


_Judgement = tuple[str, bool, str]


def _judge(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> Iterator[_Judgement]:
    paired = compare_exact(champion, challenger)
    yield _judge_size(challenger.n, rules)
    if challenger.n:
        yield _judge_exact_match(champion, challenger, paired, rules)
        yield from _judge_kinds(champion, challenger, rules)
        if rules.better_at:
            yield _judge_gain(paired, rules)
        yield _judge_confident_wrong(champion, challenger, rules)
        yield _judge_confident_right(champion, challenger, rules)
        yield from _judge_refused(champion, challenger, rules)
        yield _judge_cer(champion, challenger, rules)
        yield _judge_calibration(champion, challenger, rules)
        yield _judge_latency(champion, challenger, rules)


def _judge_size(n: int, rules: GateRules) -> _Judgement:
    counted = f"There {'is 1 photo' if n == 1 else f'are {n} photos'} to compare on"
    if n >= rules.minimum_photos:
        return ("enough_photos", True, f"{counted}; {rules.minimum_photos} are enough.")
    return (
        "enough_photos",
        False,
        f"{counted}. With fewer than {rules.minimum_photos} nobody can tell which version is better: label "
        "more photos, or promote with a reason of your own.",
    )


def _judge_exact_match(
    champion: Scorecard, challenger: Scorecard, paired: PairedComparison, rules: GateRules
) -> _Judgement:
    loss = champion.exact_match - challenger.exact_match
    return (
        "exact_match",
        loss <= rules.exact_match_loss + _SLACK,
        f"The challenger reads {challenger.exact} of {challenger.n} VINs right, the champion "
        f"{champion.exact}; a loss of {say_percent(rules.exact_match_loss)} is allowed. It gained "
        f"{paired.won} and lost {paired.lost} (McNemar's test: p = {paired.p_value:.2g}).",
    )


def _judge_kinds(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> Iterator[_Judgement]:
    for kind in sorted({photo.kind for photo in challenger.photos if photo.kind}):
        paired = compare_exact(champion, challenger, kind=kind)
        if paired.n < rules.minimum_of_kind:
            continue
        yield (
            f"exact_match_of_{kind}",
            -paired.difference <= rules.kind_loss + _SLACK,
            f"Of the {paired.n} photos of kind {kind.replace('_', ' ')} it gained {paired.won} and lost "
            f"{paired.lost}; a loss of {say_percent(rules.kind_loss)} of a kind is allowed.",
        )


def _judge_gain(paired: PairedComparison, rules: GateRules) -> _Judgement:
    low, high = paired.interval
    return (
        "better",
        paired.likely_better >= rules.better_at,
        f"That the challenger is better is {say_percent(paired.likely_better)} likely (difference "
        f"{100 * paired.difference:+.1f} points, 95 % interval {100 * low:+.1f} to {100 * high:+.1f}); "
        f"{say_percent(rules.better_at)} is asked for.",
    )


def _accept(photos: tuple[EvaluatedPhoto, ...], rules: GateRules) -> Acceptance:
    return accept_from([(p.confidence if p.vin else 0.0, p.is_right) for p in photos], rules.confident_from)


def _judge_confident_wrong(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> _Judgement:
    before, after = _accept(champion.photos, rules), _accept(challenger.photos, rules)
    wrong, wrong_before = after.accepted - after.right, before.accepted - before.right
    return (
        "confident_wrong",
        wrong - wrong_before <= rules.confident_wrong_increase * challenger.n + _SLACK,
        f"Of the challenger's readings with a confidence of {say_percent(rules.confident_from)} or more "
        f"{wrong} {'is' if wrong == 1 else 'are'} wrong, of the champion's {wrong_before}; "
        f"{say_percent(rules.confident_wrong_increase)} of all photos more is allowed.",
    )


def _judge_confident_right(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> _Judgement:
    before, after = _accept(champion.photos, rules), _accept(challenger.photos, rules)
    return (
        "confident_right",
        before.right - after.right <= rules.confident_right_loss * challenger.n + _SLACK,
        f"With a confidence of {say_percent(rules.confident_from)} or more the challenger is right in "
        f"{after.right} photos, the champion in {before.right}; {say_percent(rules.confident_right_loss)} of "
        "all photos fewer is allowed.",
    )


def _judge_refused(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> Iterator[_Judgement]:
    """Nothing is said where the champion was measured before refusals were kept."""
    before, after = champion.refused, challenger.refused
    if before is None or after is None:
        return
    yield (
        "refused",
        after - before <= rules.refused_increase * challenger.n + _SLACK,
        f"The challenger refuses {after} of {challenger.n} photos that a person could read, the champion "
        f"{before}; {say_percent(rules.refused_increase)} of all photos more is allowed.",
    )


def _judge_cer(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> _Judgement:
    return (
        "cer",
        challenger.cer - champion.cer <= rules.cer_increase + _SLACK,
        f"Of the characters the challenger gets {say_percent(challenger.cer)} wrong, the champion "
        f"{say_percent(champion.cer)}; {100 * rules.cer_increase:g} points more are allowed.",
    )


def _judge_calibration(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> _Judgement:
    increase = challenger.calibration_error - champion.calibration_error
    return (
        "calibration",
        increase <= rules.calibration_increase + _SLACK,
        f"The challenger's confidence is off by {say_percent(challenger.calibration_error)}, the champion's "
        f"by {say_percent(champion.calibration_error)}; {100 * rules.calibration_increase:g} points more are "
        "allowed.",
    )


def _judge_latency(champion: Scorecard, challenger: Scorecard, rules: GateRules) -> _Judgement:
    limit = champion.milliseconds_median * rules.latency_factor + rules.latency_allowance
    return (
        "latency",
        challenger.milliseconds_median <= limit,
        f"The challenger takes {challenger.milliseconds_median:.0f} ms a photo (median), the champion "
        f"{champion.milliseconds_median:.0f} ms; up to {limit:.0f} ms is allowed.",
    )
