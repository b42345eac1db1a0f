"""What states things have and which steps lead from one to another, as tables of data.

`python -m labeling.states` prints docs/states.md, which is generated from these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from labeling.errors import DomainError


class PhotoState(StrEnum):
    UPLOADED = "uploaded"
    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    QUARANTINED = "quarantined"


class TaskState(StrEnum):
    NEW = "new"
    IN_PROGRESS = "in_progress"
    SECOND_READING = "second_reading"
    IN_SECOND_READING = "in_second_reading"
    CONFLICT = "conflict"
    IN_ADJUDICATION = "in_adjudication"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNREADABLE = "unreadable"
    SKIPPED = "skipped"
    AUTO_ACCEPTED = "auto_accepted"


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class TransferState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    CHECKED = "checked"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class PseudoRoundState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    AUDITING = "auditing"
    UPHELD = "upheld"
    REVOKED = "revoked"
    FAILED = "failed"
    CANCELED = "canceled"


class ModelVersionState(StrEnum):
    CANDIDATE = "candidate"
    EVALUATED = "evaluated"
    PROMOTED = "promoted"
    ARCHIVED = "archived"


class BulkActionState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    UNDOING = "undoing"
    UNDONE = "undone"


class RereadingState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class ShadowState(StrEnum):
    RUNNING = "running"
    ENDED = "ended"


Table = Mapping[str, Mapping[str, str]]
"""From state -> to state -> why this step is taken."""

PHOTO: Table = {
    PhotoState.UPLOADED: {PhotoState.QUEUED: "a model version is in service"},
    PhotoState.QUEUED: {PhotoState.PROCESSING: "claimed by a worker"},
    PhotoState.PROCESSING: {
        PhotoState.READY: "read",
        PhotoState.QUEUED: "error, or worker lost: again",
        PhotoState.FAILED: "the original is missing",
        PhotoState.QUARANTINED: "damaged, or errors on every attempt",
    },
    PhotoState.READY: {PhotoState.QUEUED: "asked to be read again"},
    PhotoState.FAILED: {PhotoState.QUEUED: "asked to be read again"},
    PhotoState.QUARANTINED: {PhotoState.QUEUED: "asked to be read again"},
}

TASK: Table = {
    TaskState.NEW: {
        TaskState.IN_PROGRESS: "claimed by an annotator",
        TaskState.AUTO_ACCEPTED: "a pseudo-label is trusted",
        TaskState.SKIPPED: "putting it back was undone",
        TaskState.SUBMITTED: "imported, to be reviewed",
        TaskState.ACCEPTED: "imported as accepted",
    },
    TaskState.IN_PROGRESS: {
        TaskState.SUBMITTED: "annotated, or marked unreadable",
        TaskState.SECOND_READING: "annotated, and the policy wants it read twice",
        TaskState.ACCEPTED: "annotated, and the policy asks for no review",
        TaskState.SKIPPED: "skipped with a reason",
        TaskState.NEW: "lease released or expired",
        TaskState.REJECTED: "lease released or expired after a rejection",
    },
    TaskState.SECOND_READING: {
        TaskState.IN_SECOND_READING: "claimed by another annotator",
        TaskState.NEW: "taken back by its author",
    },
    TaskState.IN_SECOND_READING: {
        TaskState.ACCEPTED: "both readings agree",
        TaskState.SUBMITTED: "both agree and the policy asks for a review, or skipped",
        TaskState.CONFLICT: "the readings differ",
        TaskState.SECOND_READING: "lease released or expired",
    },
    TaskState.CONFLICT: {TaskState.IN_ADJUDICATION: "claimed by a third person"},
    TaskState.IN_ADJUDICATION: {
        TaskState.ACCEPTED: "the third person settled it",
        TaskState.UNREADABLE: "nobody can read it, says the third person too",
        TaskState.CONFLICT: "lease released or expired",
    },
    TaskState.SUBMITTED: {
        TaskState.IN_REVIEW: "claimed by a reviewer",
        TaskState.NEW: "taken back by its author",
    },
    TaskState.IN_REVIEW: {
        TaskState.ACCEPTED: "accepted, or fixed and accepted",
        TaskState.REJECTED: "rejected with a reason",
        TaskState.UNREADABLE: "nobody can read it, says the reviewer too",
        TaskState.SUBMITTED: "lease released or expired",
    },
    TaskState.REJECTED: {TaskState.IN_PROGRESS: "claimed by an annotator"},
    TaskState.SKIPPED: {TaskState.NEW: "put back into the queue"},
    TaskState.AUTO_ACCEPTED: {
        TaskState.NEW: "opened again, or its round was revoked",
        TaskState.REJECTED: "found wrong in a spot check",
    },
    TaskState.ACCEPTED: {
        TaskState.NEW: "accepted without review, and taken back by its author",
        TaskState.SUBMITTED: "doubted: back to review",
        TaskState.REJECTED: "accepted without review, and found wrong in a spot check",
    },
    TaskState.UNREADABLE: {},
}

SHOWS_WORK = frozenset({TaskState.SUBMITTED, TaskState.IN_REVIEW, TaskState.ACCEPTED})
"""Where a photo shows what a person read, if the person could read it. What waits for a second reading is
nobody's to see, and of two that differ nobody knows which is right."""

RUN: Table = {
    RunState.QUEUED: {RunState.RUNNING: "claimed by a worker", RunState.CANCELED: "canceled before it began"},
    RunState.RUNNING: {
        RunState.SUCCEEDED: "a model version is registered, or nothing was learned",
        RunState.FAILED: "an error, which is kept",
        RunState.CANCELED: "a person asked for it",
        RunState.QUEUED: "worker lost: goes on from its checkpoint",
    },
    RunState.FAILED: {RunState.QUEUED: "tried again"},
    RunState.CANCELED: {RunState.QUEUED: "tried again"},
    RunState.SUCCEEDED: {},
}

TRANSFER: Table = {
    TransferState.QUEUED: {
        TransferState.RUNNING: "claimed by a worker",
        TransferState.CANCELED: "canceled before it began",
    },
    TransferState.RUNNING: {
        TransferState.SUCCEEDED: "the file is made, or all rows are loaded",
        TransferState.CHECKED: "every row of an import was looked at, and nothing is loaded yet",
        TransferState.FAILED: "an error, which is kept",
        TransferState.CANCELED: "a person asked for it",
        TransferState.QUEUED: "worker lost: again",
    },
    TransferState.CHECKED: {
        TransferState.QUEUED: "confirmed by a person",
        TransferState.CANCELED: "a person decided against it",
    },
    TransferState.FAILED: {TransferState.QUEUED: "tried again"},
    TransferState.CANCELED: {},
    TransferState.SUCCEEDED: {},
}

PSEUDO_ROUND: Table = {
    PseudoRoundState.QUEUED: {
        PseudoRoundState.RUNNING: "claimed by a worker",
        PseudoRoundState.CANCELED: "canceled before it began",
    },
    PseudoRoundState.RUNNING: {
        PseudoRoundState.AUDITING: "what it trusts became labels, and people look at a sample",
        PseudoRoundState.UPHELD: "nothing was sure enough, so there is nothing to audit",
        PseudoRoundState.FAILED: "an error, which is kept",
        PseudoRoundState.CANCELED: "a person asked for it",
        PseudoRoundState.QUEUED: "worker lost: goes on where it stopped",
    },
    PseudoRoundState.AUDITING: {
        PseudoRoundState.UPHELD: "the sample shows the target",
        PseudoRoundState.REVOKED: "by a person, or because the sample misses the target",
    },
    PseudoRoundState.UPHELD: {PseudoRoundState.REVOKED: "by a person"},
    PseudoRoundState.FAILED: {PseudoRoundState.QUEUED: "tried again"},
    PseudoRoundState.CANCELED: {PseudoRoundState.QUEUED: "tried again"},
    PseudoRoundState.REVOKED: {},
}

MODEL_VERSION: Table = {
    ModelVersionState.CANDIDATE: {
        ModelVersionState.EVALUATED: "measured on the test split",
        ModelVersionState.PROMOTED: "the project's first, or a person overrode the gate",
    },
    ModelVersionState.EVALUATED: {ModelVersionState.PROMOTED: "promoted by a person"},
    ModelVersionState.PROMOTED: {ModelVersionState.ARCHIVED: "another one was promoted"},
    ModelVersionState.ARCHIVED: {ModelVersionState.PROMOTED: "rolled back, or promoted again"},
}

BULK_ACTION: Table = {
    BulkActionState.QUEUED: {
        BulkActionState.RUNNING: "begun",
        BulkActionState.STOPPED: "stopped before it began",
    },
    BulkActionState.RUNNING: {
        BulkActionState.DONE: "every task was looked at",
        BulkActionState.STOPPED: "a person asked for it",
    },
    BulkActionState.DONE: {BulkActionState.UNDOING: "a person asked for it"},
    BulkActionState.STOPPED: {BulkActionState.UNDOING: "a person asked for it"},
    BulkActionState.UNDOING: {BulkActionState.UNDONE: "what nobody changed since is as it was"},
    BulkActionState.UNDONE: {},
}

REREADING: Table = {
    RereadingState.RUNNING: {
        RereadingState.DONE: "every task was looked at",
        RereadingState.STOPPED: "a person asked for it, or another version came into service",
    },
    RereadingState.DONE: {},
    RereadingState.STOPPED: {},
}

SHADOW: Table = {
    ShadowState.RUNNING: {
        ShadowState.ENDED: "a person asked for it, it has read enough, its time is over, it did not pass the "
        "gate, or the version in service has changed",
    },
    ShadowState.ENDED: {},
}

TABLES: Mapping[str, Table] = {
    "Photo": PHOTO,
    "Task": TASK,
    "Fine-tuning run": RUN,
    "Transfer": TRANSFER,
    "Pseudo-label round": PSEUDO_ROUND,
    "Model version": MODEL_VERSION,
    "Bulk action": BULK_ACTION,
    "Rereading": REREADING,
    "Shadow": SHADOW,
}


class IllegalTransition(DomainError):
    """No step leads from this state to that one."""

    code = "illegal_transition"


def check_transition(table: Table, from_state: str, to_state: str) -> None:
    """Raises IllegalTransition where the table knows no such step."""
    if to_state not in table.get(from_state, {}):
        raise IllegalTransition(f"What is {_say(from_state)} cannot become {_say(to_state)}.")


def render_diagrams() -> str:
    """docs/states.md: one Mermaid diagram for each table."""
    parts = [
        "# States",
        "",
        "Generated by `python -m labeling.states` from the tables in `labeling/states.py`.",
    ]
    for title, table in TABLES.items():
        parts += ["", f"## {title}", "", "```mermaid", *_render_table(table), "```"]
    return "\n".join(parts) + "\n"


def _render_table(table: Table) -> list[str]:
    lines = ["stateDiagram-v2", f"    [*] --> {next(iter(table))}"]
    for source, targets in table.items():
        lines += [f"    {source} --> {target}: {why.replace(':', ' -')}" for target, why in targets.items()]
        lines += [] if targets else [f"    {source} --> [*]"]
    return lines


def _say(state: str) -> str:
    return str(state).replace("_", " ")


if __name__ == "__main__":
    print(render_diagrams(), end="")
