"""`manage.py request_round`: ask for a round of pseudo-labels, or only for what it would do."""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from labeling.management.base import MemberCommand
from labeling.management.commands.request_run import find_version
from labeling.measures import say_percent
from labeling.models import DatasetSnapshot, Project, User
from labeling.operations.pseudo_rounds import RoundPlan, plan_round, request_round
from labeling.queries.datasets import list_snapshots


class Command(MemberCommand):
    help = "Let a model version label the photos that nobody has labeled, as far as it can be trusted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--teacher", help="a version such as v2; the champion where it is left out")
        parser.add_argument("--validation", help="the name of the snapshot that chooses the threshold")
        parser.add_argument("--target", type=float, help="the share that is right at least, such as 0.995")
        parser.add_argument("--audit", type=int, help="how many people look at; 0: as few as can show it")
        parser.add_argument(
            "--revokes-itself", action=BooleanOptionalAction, help="if the audit misses the target"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what it would do, and ask for nothing"
        )

    def act(self, *, project: Project, by: User, options: dict[str, Any]) -> None:
        wanted: dict[str, Any] = {
            "teacher": find_version(project, options["teacher"]) if options["teacher"] else None,
            "validation": _find_snapshot(project, options["validation"]) if options["validation"] else None,
            "target": options["target"],
            "audit_size": options["audit"],
            "revokes_itself": options["revokes_itself"],
        }
        if options["dry_run"]:
            self._tell(plan_round(project=project, by=by, **wanted))
            return
        made = request_round(project=project, by=by, now=timezone.now(), **wanted)
        self.say(f"{made.name} by {made.teacher.name} over {made.total} photos is queued: {made.pk}")

    def _tell(self, plan: RoundPlan) -> None:
        self.say(f"{plan.teacher.name} would read {plan.photos} photos, {plan.known} of which it has read.")
        read = f"{plan.choice.n} of {plan.validation_photos} validation photos of {plan.validation.name}"
        if plan.choice.threshold is not None:
            self.say(
                f"By {read}, it would trust readings from {plan.choice.threshold:.6f} on: at least "
                f"{say_percent(plan.target)} of them are right."
            )
        elif plan.problem:
            self.say(plan.problem)
        else:
            self.say(f"It has read {read}; the round reads the others, then chooses the threshold.")


def _find_snapshot(project: Project, name: str) -> DatasetSnapshot:
    snapshot = list_snapshots(project=project).filter(name=name).first()
    if snapshot is None:
        raise CommandError(f"There is no snapshot called {name}.")
    return snapshot
