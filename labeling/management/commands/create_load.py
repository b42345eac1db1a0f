"""`manage.py create_load`: a project of any size without images, to see how VINloop does with it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from labeling.management import load
from labeling.management.base import DomainCommand
from labeling.models import Membership, Photo, Project, Role
from labeling.queries.members import find_person


class Command(DomainCommand):
    help = "Make a project with many photos (rows only, no images), as months of work would leave it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--photos", type=int, default=200_000)
        parser.add_argument("--slug", default="load", help="the new project's short name in its address")
        parser.add_argument("--member", help="the user name of somebody who shall see it as an admin")
        parser.add_argument(
            "--beside-real-photos",
            action="store_true",
            help="go on although this database holds photos of other projects",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if Project.objects.filter(slug=options["slug"]).exists():
            raise CommandError(f"There is a project {options['slug']} already. Name another with --slug.")
        if Photo.objects.exists() and not options["beside_real_photos"]:
            raise CommandError(
                "This database holds photos. Rows without images beside them would slow every count and "
                "search down and cannot be deleted in one go; --beside-real-photos makes them all the same."
            )
        person = find_person(username=options["member"]) if options["member"] else None
        with transaction.atomic():
            project = load.create_load(slug=options["slug"], photos=options["photos"], now=timezone.now())
            if person is not None:
                Membership.objects.create(
                    project=project, user=person, role=Role.ADMIN, created_at=project.created_at
                )
        load.analyze()
        self.stdout.write(f"{project.name} is ready: {options['photos']:,} photos.")
