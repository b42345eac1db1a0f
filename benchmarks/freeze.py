"""How long does freezing a snapshot take, and how much memory, by number of labels?

`make bench-freeze` makes projects of several sizes (`manage.py create_load`) in a database of its own and
freezes each in a process that has loaded what a web process has loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

import django

from benchmarks.runner import ROOT

MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Row:
    """Seconds, those of them in which a processor worked for it, and megabytes: of the process before and at
    most, and of the file.
    """

    labels: int
    seconds: float
    busy: float
    before: float
    peak: float
    file: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, nargs="+", default=[2_000, 20_000, 160_000])
    parser.add_argument("--slug", help="only freeze this project, and print the figures as JSON")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    django.setup()
    if options.slug:
        print(json.dumps(asdict(freeze(options.slug))))
    else:
        show([measure(photos) for photos in options.photos])


def measure(photos: int) -> Row:
    """Of a project of so many photos, half of them labeled; in a process of its own, which never forgets
    how much memory it had at most.
    """
    from django.core.management import call_command

    slug = f"load-{photos}"
    call_command("create_load", "--photos", photos, "--slug", slug, "--beside-real-photos")
    asked = [sys.executable, "-m", "benchmarks.freeze", "--slug", slug]
    answer = subprocess.run(asked, cwd=ROOT, check=True, stdout=subprocess.PIPE)  # noqa: S603
    return Row(**json.loads(answer.stdout))


def freeze(slug: str) -> Row:
    """Freeze what a person gets who changes nothing in the form."""
    from django.utils import timezone

    import webapp.wsgi  # noqa: F401  (what is measured is loaded as what is served)
    from benchmarks.scale import work_done
    from labeling import storage
    from labeling.memory import read_peak
    from labeling.models import Membership, Role
    from labeling.operations.datasets import freeze_snapshot

    engineer = Membership.objects.filter(project__slug=slug, role=Role.ML_ENGINEER).earliest("pk")
    before, begun, worked = read_peak() / MEGABYTE, time.perf_counter(), work_done()
    snapshot = freeze_snapshot(
        project=engineer.project, name="Measured", by=engineer.user, now=timezone.now()
    )
    return Row(
        labels=sum(snapshot.counts.values()),
        seconds=time.perf_counter() - begun,
        busy=(work_done() - worked) / 1000,
        before=before,
        peak=read_peak() / MEGABYTE,
        file=storage.snapshot_path(snapshot.sha256).stat().st_size / MEGABYTE,
    )


def show(rows: list[Row]) -> None:
    """A table in Markdown."""
    print("\n| labels | s | of it busy, s | process before, MB | at most, MB | file, MB |")
    print("|---:|---:|---:|---:|---:|---:|")
    for row in rows:
        memory = f"{row.before:.0f} | {row.peak:.0f} | {row.file:.1f}"
        print(f"| {row.labels:,} | {row.seconds:.1f} | {row.busy:.1f} | {memory} |")


if __name__ == "__main__":
    main()
