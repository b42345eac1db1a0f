"""Labeled photos from a file: every row is checked first, and then all are loaded in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import IntegrityError, transaction

from labeling import storage
from labeling.errors import DomainError
from labeling.formats.records import BadRow, Problem
from labeling.formats.registry import FORMATS, FormatName
from labeling.models import Annotation, AnnotationSource, DecidedBy, Outcome, Photo, Task, Transfer
from labeling.operations.best_values import refresh_best_value
from labeling.operations.import_rows import Action, Plan, Planner
from labeling.operations.inputs import clean_file_name
from labeling.operations.packages import Package, open_package
from labeling.operations.photos import set_kind
from labeling.operations.placements import place_label
from labeling.operations.tasks import open_task
from labeling.operations.transitions import Conflict, move
from labeling.operations.uploads import insert_row
from labeling.states import TaskState, TransferState

PROBLEMS_SHOWN = 1000
EXAMPLES_SHOWN = 12
_PRIORITY = 0.5

Report = Callable[[int, int, str], None]


class Finish(Protocol):
    def __call__(self, state: TransferState, verb: str, **changes: Any) -> None: ...


class InvalidSet(DomainError):
    """The file as a whole is not what it is said to be."""

    code = "invalid_set"


class ProjectChanged(Conflict):
    """Somebody changed what the import was about to change."""

    code = "project_changed"

    default_message = (
        "Somebody worked on these photos at the same moment. Try again: all rows are checked anew."
    )


@dataclass(frozen=True, slots=True)
class _Checked:
    """What becomes of each row, and which rows cannot be loaded."""

    plans: list[Plan]
    problems: list[Problem]

    def report(self) -> dict[str, Any]:
        counted = Counter(str(plan.action) for plan in self.plans)
        return {
            "rows": len(self.plans) + len(self.problems),
            "loadable": sum(count for action, count in counted.items() if action != Action.KNOWN),
            **{action.value: counted[action.value] for action in Action},
            "problem_count": len(self.problems),
            "problems": [
                {"place": problem.place, "message": problem.message}
                for problem in self.problems[:PROBLEMS_SHOWN]
            ],
            "examples": [
                {"place": plan.place, "name": plan.name, "vin": plan.vin, "action": plan.action.value}
                for plan in self.plans[:EXAMPLES_SHOWN]
            ],
        }


def check_import(*, transfer: Transfer, report: Report) -> dict[str, Any]:
    """Look at every row without changing anything; returns what would be loaded and what cannot be.

    Raises InvalidSet, InvalidPackage, InvalidArchive, PhotoTooLarge.
    """
    with _open(transfer) as package:
        return _check(transfer, package, report).report()


def load_import(*, transfer: Transfer, report: Report, finish: Finish, now: datetime) -> None:
    """Load every row that can be, in one transaction with the end of the transfer: all of it, or nothing.

    Where other rows have problems than those that the person saw, nothing is loaded and they are asked again.
    Raises what check_import raises, and ProjectChanged.
    """
    with _open(transfer) as package:
        checked = _check(transfer, package, report)
        found = checked.report()
        if found["problems"] != transfer.report.get("problems"):
            message = "The project changed since the rows were checked. Look again."
            finish(TransferState.CHECKED, "checked", report=found, message=message, confirmed_at=None)
            return
        # Before the transaction, which shall not wait for a disk: an original without a row does no harm.
        _store_originals(checked.plans, package, report)
        # Told before the transaction: a progress written inside would hold up the heartbeat until its end.
        report(len(checked.plans), len(checked.plans), "Loading rows")
        try:
            with transaction.atomic():
                _load(transfer, checked.plans, now)
                message = f"{found['loadable']} of {found['rows']} rows are loaded."
                finish(TransferState.SUCCEEDED, "succeeded", report=found, message=message)
        except IntegrityError as error:
            raise ProjectChanged from error
        # Once more: somebody may have deleted the same photo elsewhere while no row led to its original.
        _store_originals(checked.plans, package, report=lambda done, total, message: None)


def _open(transfer: Transfer) -> AbstractContextManager[Package]:
    return open_package(storage.transfer_path(transfer.upload_sha256), name=transfer.upload_name)


def _check(transfer: Transfer, package: Package, report: Report) -> _Checked:
    report(0, 0, "Reading the labels")
    planner = Planner(transfer.project, package)
    try:
        parsed = FORMATS[FormatName(transfer.format)].read(package.labels, planner.size_of)
    except BadRow as error:
        raise InvalidSet(str(error)) from error
    if not parsed.rows and not parsed.problems:
        title = FORMATS[FormatName(transfer.format)].title
        raise InvalidSet(f"No label was found. Is this a set in the format {title}?")
    plans: list[Plan] = []
    problems = list(parsed.problems)
    for done, row in enumerate(parsed.rows):
        report(done, len(parsed.rows), "Checking rows")
        try:
            plans.append(planner.plan(row))
        except BadRow as error:
            problems.append(Problem(row.place, str(error)))
    return _Checked(plans, problems)


def _store_originals(plans: list[Plan], package: Package, report: Report) -> None:
    new = [plan for plan in plans if plan.image]
    for done, plan in enumerate(new):
        report(done, len(new), "Storing photos")
        if not storage.original_path(plan.sha256).exists():
            storage.store_original(package.read_image(plan.image))


def _load(transfer: Transfer, plans: list[Plan], now: datetime) -> None:
    for plan in plans:
        if plan.action != Action.KNOWN:
            _load_row(transfer, plan, now)


def _load_row(transfer: Transfer, plan: Plan, now: datetime) -> None:
    photo = plan.photo
    if photo is None:
        assert plan.checked is not None  # noqa: S101 - a plan has either
        photo = insert_row(
            project=transfer.project,
            checked=plan.checked,
            name=clean_file_name(plan.name),
            uploaded_by=transfer.requested_by,
            now=now,
            kind=plan.kind,
        )
    elif plan.kind:
        set_kind(photo=photo, kind=plan.kind, by=transfer.requested_by, now=now)
    if plan.action in (Action.NEW_PHOTO, Action.LABEL):
        _annotate(transfer, photo, plan, now)
    elif plan.action == Action.PLACE:
        _place(transfer, photo, plan, now)


def _annotate(transfer: Transfer, photo: Photo, plan: Plan, now: datetime) -> None:
    task = _lock(open_task(photo=photo, priority=_PRIORITY, now=now))
    if task.state != TaskState.NEW or task.revision:
        raise ProjectChanged
    annotation = Annotation.objects.create(
        task=task,
        revision=1,
        base_revision=0,
        text=plan.vin,
        region=plan.places.region,
        characters=plan.places.characters,
        outcome=Outcome.READ,
        source=AnnotationSource.IMPORTED,
        author=transfer.requested_by,
        created_at=now,
    )
    accepts = bool(transfer.options.get("accept"))
    move(
        task,
        TaskState.ACCEPTED if accepts else TaskState.SUBMITTED,
        by=transfer.requested_by,
        verb="annotation.imported",
        now=now,
        data={"annotation": str(annotation.pk), "transfer": str(transfer.pk)},
        only_if={"revision": 0},
        decided_by=DecidedBy.IMPORT.value if accepts else "",
        revision=1,
        updated_at=now,
    )
    refresh_best_value(photo)


def _place(transfer: Transfer, photo: Photo, plan: Plan, now: datetime) -> None:
    task = _lock(Task.objects.get(photo=photo))
    facts = {"transfer": str(transfer.pk)}
    try:
        place_label(
            task=task, text=plan.vin, imported=plan.places, by=transfer.requested_by, now=now, data=facts
        )
    except Conflict as error:
        raise ProjectChanged from error


def _lock(task: Task) -> Task:
    return Task.objects.select_for_update(no_key=True).get(pk=task.pk)
