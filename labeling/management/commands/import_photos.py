"""`manage.py import_photos`: photos and ZIP files from this machine."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from labeling.errors import DomainError
from labeling.management.base import MemberCommand
from labeling.models import Project, User
from labeling.operations.archives import create_photos_from_archive, is_archive
from labeling.operations.photos import create_photo


class Command(MemberCommand):
    help = "Upload photos, folders of photos and ZIP files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("paths", nargs="+", type=Path, help="files and folders")

    def act(self, *, project: Project, by: User, options: dict[str, Any]) -> None:
        created = refused = 0
        for path in list_files(options["paths"]):
            made, complaints = self._import(project, by, path)
            created, refused = created + made, refused + len(complaints)
            for complaint in complaints:
                self.stderr.write(complaint)
        self.say(f"{created} photos were uploaded, {refused} files refused.")

    def _import(self, project: Project, by: User, path: Path) -> tuple[int, list[str]]:
        content, now = path.read_bytes(), timezone.now()
        try:
            if is_archive(content):
                report = create_photos_from_archive(project=project, content=content, uploaded_by=by, now=now)
                return len(report.created), [f"{path}: {e.name}: {e.message}" for e in report.refused]
            create_photo(project=project, content=content, name=path.name, uploaded_by=by, now=now)
        except DomainError as error:
            return 0, [f"{path}: {error.message}"]
        return 1, []


def list_files(paths: list[Path]) -> Iterator[Path]:
    """The files themselves and those in folders, without hidden ones. Raises CommandError."""
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.is_file())
            yield from (file for file in inside if not file.name.startswith("."))
        elif path.is_file():
            yield path
        else:
            raise CommandError(f"There is no {path}.")
