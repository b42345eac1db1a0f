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
from labeling.operations.runs import RunPlan, plan_run, request_run
from labeling.queries.datasets import list_snapshots
from labeling.queries.model_versions import list_model_versions
from labeling.run_settings import NETWORKS


class Command(MemberCommand):
    help = "Ask the fine-tuning worker for a run on a snapshot."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--snapshot", help="its name; the newest one where it is left out")
        parser.add_argument("--base", help="a version such as v2; the champion where it is left out")
        parser.add_argument("--config", type=Path, help="a JSON file of settings")
        parser.add_argument(
            "--network", action="append", choices=NETWORKS, help="one that learns; may be named several times"
        )
        parser.add_argument("--priority", type=int, default=0, help="runs of a higher one start first")
        parser.add_argument("--plan", action="store_true", help="only say what the run would do")

    def act(self, *, project: Project, by: User, options: dict[str, Any]) -> None:
        named = {"name": options["snapshot"]} if options["snapshot"] else {}
        snapshot = list_snapshots(project=project).filter(**named).first()
        if snapshot is None:
            raise CommandError("There is no such snapshot: manage.py freeze_snapshot makes one.")
        config = _read_config(options["config"])
        if options["network"]:
            config["networks"] = options["network"]
        base = find_version(project, options["base"]) if options["base"] else None
        wanted: dict[str, Any] = {
            "project": project,
            "snapshot": snapshot,
            "base_version": base,
            "config": config,
            "by": by,
        }
        if options["plan"]:
            self._tell_plan(plan_run(**wanted))
            return
        run = request_run(**wanted, priority=options["priority"], now=timezone.now())
        self.say(f"{run.name} on {snapshot.name} from {run.base_version.name} is queued: {run.pk}")

    def _tell_plan(self, plan: RunPlan) -> None:
        self.say(f"It would start from {plan.base.name} and learn from {plan.snapshot.name}:")
        for source in plan.sources:
            self.say(f"  {source.photos} photos, source {source.source}, weight {source.weight:g}")
        if plan.placeless:
            self.say(f"  {plan.placeless} photos teach nothing: nobody knows where their VIN is")
        for pace in plan.paces:
            shares = f"{pace.real_samples} real and {pace.synthetic_samples} synthetic samples"
            self.say(f"  {pace.network}: {pace.steps} steps at most, {shares}")
        if plan.seconds is not None:
            self.say(f"By the pace of the last such run it takes {plan.seconds / 60:.0f} minutes.")


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
