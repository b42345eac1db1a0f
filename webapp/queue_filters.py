"""The filters of the queue, as its address has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labeling.models import User, VinSource
from labeling.operations.leases import LEASED
from labeling.queries.task_filters import NOBODY, OPEN_STATES, Level, TaskFilter
from labeling.states import TaskState
from webapp.templatetags.words import STATE_WORDS
from webapp.views.photos import CONFIDENCE

HELD = "held"
IN_HAND = tuple(dict.fromkeys(LEASED.values()))
MOST_REASON = 500

STATES: dict[str, tuple[str, ...]] = {
    "": OPEN_STATES,
    **{state: (state,) for state in OPEN_STATES if state not in IN_HAND},
    HELD: IN_HAND,
    TaskState.AUTO_ACCEPTED.value: (TaskState.AUTO_ACCEPTED,),
}
"""Chip -> the states that it shows. A new open state has its chip by itself."""

CHIPS = [(value, {"": "All open", HELD: "In hand"}.get(value) or STATE_WORDS[value][0]) for value in STATES]
LEVELS = {
    "": "Any priority",
    Level.RAISED.value: "Raised",
    Level.NORMAL.value: "Not raised or lowered",
    Level.LOWERED.value: "Lowered",
}
AGES = {
    "": "Any age",
    "1": "A day and older",
    "3": "3 days and older",
    "7": "A week and older",
    "30": "30 days and older",
}
SOURCES = {
    "": "Any reading",
    VinSource.PREDICTION.value: "Read by the model",
    VinSource.HUMAN.value: "Read by a person",
}


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What the address asks for; anything it does not know counts as nothing."""

    state: str = ""
    assignee: str = ""
    level: str = ""
    confidence: str = ""
    age: str = ""
    source: str = ""
    reason: str = ""
    after: str = ""

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(str(state) for state in STATES[self.state])

    @property
    def is_any(self) -> bool:
        return bool(
            self.state
            or self.assignee
            or self.level
            or self.confidence
            or self.age
            or self.source
            or self.reason
        )

    def to_task_filter(self) -> TaskFilter:
        _, low, high = CONFIDENCE[self.confidence]
        return TaskFilter(
            states=self.states,
            assignee=self.assignee,
            level=self.level,
            min_confidence=low,
            max_confidence=high,
            min_age=int(self.age) if self.age else None,
            source=self.source,
            reason=self.reason,
        )


def list_choices(filters: QueueFilters, people: Sequence[User] | None) -> list[dict[str, Any]]:
    """The lists beside the chips; without `people` none of who does what."""
    choices = [
        ("level", "Priority", list(LEVELS.items())),
        ("confidence", "Confidence", [(value, choice[0]) for value, choice in CONFIDENCE.items()]),
        ("age", "Age", list(AGES.items())),
        ("source", "Source", list(SOURCES.items())),
    ]
    if people is not None:
        named = [(person.username, str(person)) for person in people]
        choices.insert(
            0, ("assignee", "Assigned to", [("", "For anybody or somebody"), (NOBODY, "For anybody"), *named])
        )
    return [
        {"name": name, "label": label, "options": options, "value": getattr(filters, name)}
        for name, label, options in choices
    ]


def read_filters(query: Mapping[str, Any], *, people: bool) -> QueueFilters:
    """`people` says whether the reader may know who does what; else the assignee is no filter for them."""

    def choose(name: str, known: Mapping[str, Any]) -> str:
        value = str(query.get(name, ""))
        return value if value in known else ""

    state = choose("state", STATES)
    return QueueFilters(
        state=state,
        assignee=str(query.get("assignee", ""))[:150] if people else "",
        level=choose("level", LEVELS),
        confidence=choose("confidence", CONFIDENCE),
        age=choose("age", AGES),
        source=choose("source", SOURCES),
        reason=str(query.get("reason", ""))[:MOST_REASON] if state == TaskState.SKIPPED else "",
        after=str(query.get("after", ""))[:300],
    )
