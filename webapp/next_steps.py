"""What a person is asked to do next: of the work that waits, what their role allows, most urgent first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labeling.queries.tasks import MANY


@dataclass(frozen=True, slots=True)
class Situation:
    """What the project's home knows when it chooses. Names and keys are empty where there is none."""

    in_hand: str = ""
    """The name of the photo that the person has in hand, and `in_hand_for` the kind of work on it."""
    in_hand_for: str = ""
    to_annotate: int = 0
    to_review: int = 0
    to_adjudicate: int = 0
    to_audit: int = 0
    missed_round: str = ""
    missed_round_key: str = ""
    unread: int = 0
    newly_accepted: int = 0
    has_snapshot: bool = True
    passed_version: str = ""
    passed_version_key: str = ""
    open_run: str = ""
    open_run_key: str = ""
    untrained_snapshot: str = ""
    has_champion: bool = True
    has_photos: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `place` is the name of a page's URL, `key` what the page is of."""

    title: str
    text: str
    action: str
    place: str
    icon: str
    key: str = ""


def list_next_steps(*, can: Mapping[str, bool], now: Situation) -> list[Step]:
    """The most urgent first; there is always one. What is in hand comes before more of its kind."""
    steps: list[Step] = []
    if now.in_hand:
        steps.append(_held_step(now))
    if can.get("review"):
        steps += _review_steps(now)
    if can.get("annotate"):
        steps += _annotate_steps(now)
    if can.get("train"):
        steps += _learning_steps(now)
    return steps or [_idle_step(can, now)]


_HELD = {
    "annotate": ("Go on annotating", "annotate"),
    "review": ("Go on reviewing", "review"),
    "adjudicate": ("Go on settling", "balance"),
}


def _held_step(now: Situation) -> Step:
    action, symbol = _HELD[now.in_hand_for]
    return Step(
        f"You have {now.in_hand} in hand",
        "Nobody else can work on it meanwhile. What you typed is kept.",
        action,
        now.in_hand_for,
        symbol,
    )


def _review_steps(now: Situation) -> Iterator[Step]:
    if now.to_adjudicate and now.in_hand_for != "adjudicate":
        yield Step(
            f"{_count(now.to_adjudicate, 'photo was', 'photos were')} read differently by two people",
            "Both readings are shown side by side. Take one, or write what the photo shows.",
            "Settle readings",
            "adjudicate",
            "balance",
        )
    if now.to_review and now.in_hand_for != "review":
        yield Step(
            f"{_count(now.to_review, 'annotation waits', 'annotations wait')} for your review",
            "Others submitted them. Accept, fix, or send back with a reason.",
            "Start reviewing",
            "review",
            "review",
        )

    if now.to_audit:
        yield Step(
            f"{_count(now.to_audit, 'pseudo-label waits', 'pseudo-labels wait')} for an audit",
            "A random sample of what the model labeled. Whether all of it stays depends on it.",
            "Audit pseudo-labels",
            "sheet",
            "sheet",
        )


def _annotate_steps(now: Situation) -> Iterator[Step]:
    if now.to_annotate and now.in_hand_for != "annotate":
        yield Step(
            f"{_count(now.to_annotate, 'photo waits', 'photos wait')} for annotation",
            "What teaches the model most comes first, and some by chance. "
            "Its reading is filled in: check, correct, Enter.",
            "Start annotating",
            "annotate",
            "annotate",
        )


def _learning_steps(now: Situation) -> Iterator[Step]:
    if now.missed_round:
        yield Step(
            f"The audit of {now.missed_round} misses its target",
            "Too many of its pseudo-labels are wrong. Look at them, then revoke the round.",
            f"See {now.missed_round}",
            "round",
            "wand",
            now.missed_round_key,
        )
    if now.passed_version:
        yield Step(
            f"{now.passed_version} passed the gate and waits for you",
            "No worse on the test split than the version in service. Compare, then promote.",
            f"Look at {now.passed_version}",
            "model",
            "models",
            now.passed_version_key,
        )
    if now.open_run:
        yield Step(
            f"{now.open_run.capitalize()} is under way",
            "Its curve is drawn live; it ends with a measured model version.",
            f"Watch {now.open_run}",
            "run",
            "runs",
            now.open_run_key,
        )
    if now.untrained_snapshot and not now.open_run:
        yield Step(
            f"{now.untrained_snapshot} is frozen and nothing has learned from it",
            "A run starts from the version in service and mixes in synthetic crops.",
            "Start a run",
            "runs",
            "runs",
        )
    if now.newly_accepted:
        accepted = _count(now.newly_accepted, "photo was", "photos were") + " accepted"
        yield Step(
            f"{accepted} since the last snapshot" if now.has_snapshot else accepted,
            "Freeze them into a dataset that the next run learns from.",
            "Freeze a snapshot",
            "datasets",
            "datasets",
        )


def _idle_step(can: Mapping[str, bool], now: Situation) -> Step:
    if now.unread:
        title = f"{_count(now.unread, 'photo is', 'photos are')} being read"
        text = "Work appears here as soon as the model is through. There is nothing to do meanwhile."
        if not now.has_champion:
            text = "No model version is in service, so they wait. Nothing is lost."
        return Step(title, text, "See the photos", "photos", "photos")
    if can.get("upload"):
        text = "Drop in photos: they are read within seconds, and what is doubtful waits here for people."
        title = "Nothing waits for you" if now.has_photos else "This project has no photos yet"
        return Step(title, text, "Upload photos", "photos", "upload")
    text = "Come back when photos have arrived."
    return Step("Nothing waits for you", text, "See the photos", "photos", "photos")


def _count(number: int, one: str, many: str) -> str:
    more = " or more" if number >= MANY else ""
    return f"{number:,}{more} {one if number == 1 else many}"
