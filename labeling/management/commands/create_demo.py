"""`manage.py create_demo`: a project to try VINloop with. Running it again changes nothing that is there."""

from __future__ import annotations

import json
import os
import secrets
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from labeling.management.base import DomainCommand
from labeling.management.commands.import_photos import list_files
from labeling.models import Membership, Project, Role, User
from labeling.operations.members import BASE_BUNDLE, add_member, create_project
from labeling.operations.model_versions import register_base_bundle
from labeling.operations.photos import DuplicatePhoto, create_photo

PEOPLE = {
    Role.ADMIN: "admin",
    Role.ANNOTATOR: "annotator",
    Role.REVIEWER: "reviewer",
    Role.ML_ENGINEER: "engineer",
}


def people_file() -> Path:
    """Who can log in, with their passwords; outside of the data that is backed up and served."""
    return Path(settings.DATA_DIR).parent / "demo-people.json"


class Command(DomainCommand):
    help = "Make a demo project with people of every role, the base bundle and photos."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", default="Demo", help="of the project")
        parser.add_argument("--photos", type=Path, help="a folder of photos to upload")
        parser.add_argument("--bundle", type=Path, default=BASE_BUNDLE, help="the first model version")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        # First the file, then the accounts: passwords that nobody knows would lock everybody out.
        passwords = _read_or_make_passwords()
        people = _make_people(passwords)
        project = _make_project(options["name"], people, now)
        register_base_bundle(project=project, bundle_dir=options["bundle"], by=people[Role.ADMIN], now=now)
        uploaded = _upload(project, people[Role.ADMIN], options["photos"], now)
        self.stdout.write(f"{project.name} is ready: {uploaded} photos were uploaded.")
        for role, username in PEOPLE.items():
            self.stdout.write(f"  {role.value:<12} {username:<12} {passwords[username]}")


def _read_or_make_passwords() -> dict[str, str]:
    known: dict[str, str] = {}
    if people_file().exists():
        listed = json.loads(people_file().read_text())
        known = {person["username"]: person["password"] for person in listed}
    passwords = {name: known.get(name) or secrets.token_urlsafe(12) for name in PEOPLE.values()}
    people = [
        {"role": role.value, "username": name, "password": passwords[name]} for role, name in PEOPLE.items()
    ]
    _write_private(people_file(), json.dumps(people, indent=2) + "\n")
    return passwords


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    aside.replace(path)


@transaction.atomic
def _make_people(passwords: dict[str, str]) -> dict[Role, User]:
    people = {}
    for role, username in PEOPLE.items():
        user = User.objects.filter(username=username).first() or User(username=username)
        if not user.check_password(passwords[username]):
            user.set_password(passwords[username])
        if role == Role.ADMIN:
            user.is_staff = user.is_superuser = True
        user.save()
        people[role] = user
    return people


def _make_project(name: str, people: dict[Role, User], now: datetime) -> Project:
    admin = people[Role.ADMIN]
    project = Project.objects.filter(slug=slugify(name)).first()
    if project is None:
        project = create_project(name=name, by=admin, now=now, base_bundle=None)
    for role, user in people.items():
        if not Membership.objects.filter(project=project, user=user).exists():
            add_member(project=project, user=user, role=role, by=admin, now=now)
    return project


def _upload(project: Project, by: User, folder: Path | None, now: datetime) -> int:
    count = 0
    for path in list_files([folder] if folder else []):
        if path.suffix.lower() not in (".jpg", ".jpeg", ".png", ".webp"):
            continue
        try:
            create_photo(project=project, content=path.read_bytes(), name=path.name, uploaded_by=by, now=now)
        except DuplicatePhoto:
            continue
        count += 1
    return count
