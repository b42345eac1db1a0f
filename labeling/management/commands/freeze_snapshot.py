"""`manage.py freeze_snapshot`: the accepted work of now as a dataset snapshot."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from labeling.management.base import MemberCommand
from labeling.models import LabelSource, Project, User
from labeling.operations.candidates import DEFAULT_SOURCES, Criteria
from labeling.operations.datasets import freeze_snapshot


class Command(MemberCommand):
    help = "Freeze the accepted work of a project into a dataset snapshot."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--name", required=True)
        parser.add_argument("--split-seed", type=int, default=1)
        parser.add_argument(
            "--source",
            action="append",
            choices=[source.value for source in LabelSource],
            help="Where labels may come from; may be given several times. Without it: people and imports.",
        )
        parser.add_argument("--balance-kinds", action="store_true")

    def act(self, *, project: Project, by: User, options: dict[str, Any]) -> None:
        snapshot = freeze_snapshot(
            project=project,
            name=options["name"],
            split_seed=options["split_seed"],
            criteria=Criteria(
                sources=tuple(map(LabelSource, options["source"] or DEFAULT_SOURCES)),
                balance_kinds=options["balance_kinds"],
            ),
            by=by,
            now=timezone.now(),
        )
        counts = ", ".join(f"{count} {split}" for split, count in snapshot.counts.items())
        self.say(f"{snapshot.name}: {counts}. SHA-256 {snapshot.sha256}")
