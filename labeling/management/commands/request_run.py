"""`manage.py request_run`: ask for a fine-tuning run."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from labeling.management.base import MemberCommand
from labeling.models import ModelVersion, Project, User
from labeling.operations.runs import request_run
from labeling.queries.datasets import list_snapshots
from labeling.queries.model_versions import list_model_versions


class Command(MemberCommand):
    help = "Ask the fine-tuning worker for a run on a snapshot."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--snapshot", help="its name; the newest one where it is left out")
        parser.add_argument("--base", help="a version such as v2; the champion where it is left out")
        parser.add_argument("--config", type=Path, help="a JSON file of settings")

    def act(self, *, project: Project, by: User, options: dict[str, Any]) -> None:
        named = {"name": options["snapshot"]} if options["snapshot"] else {}
        snapshot = list_snapshots(project=project).filter(**named).first()
        if snapshot is None:
            raise CommandError("There is no such snapshot: manage.py freeze_snapshot makes one.")
        run = request_run(
            project=project,
            snapshot=snapshot,
            base_version=find_version(project, options["base"]) if options["base"] else None,
            config=_read_config(options["config"]),
            by=by,
            now=timezone.now(),
        )
        self.say(f"{run.name} on {snapshot.name} from {run.base_version.name} is queued: {run.pk}")


def find_version(project: Project, name: str) -> ModelVersion:
    """A version by its name, such as v2. Raises CommandError."""
    found = next((v for v in list_model_versions(project=project) if v.name == name), None)
    if found is None:
        raise CommandError(f"There is no model version {name}.")
    return found


def _read_config(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        config = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} holds no JSON: {error}") from error
    if not isinstance(config, dict):
        raise CommandError(f"{path} must hold a JSON object.")
    return config
