"""How long the server takes with many photos in the database: every list, and the next task of many people.

`make bench-scale` makes the rows (`manage.py create_load`) in a database of its own and measures. Pages and
API lists are asked for through Django's test client: the time of the whole request in the server, without
the network. Those that need no more than a project are found in the URL configuration, so that a new one is
measured too.
"""

from __future__ import annotations

import argparse
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django

SLUG = "load"
VARIANTS = {
    "photos": (
        *(
            "state=unread",
            "state=new",
            "state=rejected",
            "state=submitted",
            "state=accepted",
            "state=skipped",
        ),
        *("state=broken", "text=WBA", "text=IMG_0001234", "text=QQ", "text=in+no+photo", "confidence=low"),
        *("order=uncertain", "order=uncertain&confidence=medium", "order=uncertain&state=new", "order=vin"),
        *(
            "did=overturned",
            "did=overturned&days=all",
            "did=changed",
            "did=wrong",
            "did=annotated&by=load-annotator-7&days=7",
        ),
    ),
    "quality": ("days=7", "days=90"),
    "queue": (
        *("state=new", "state=rejected", "state=submitted", "state=held", "state=skipped"),
        *("state=skipped&reason=No+VIN+in+it", "level=raised", "level=lowered", "confidence=low"),
        *("confidence=high", "age=30", "assignee=-", "assignee=load-annotator-7", "source=human"),
    ),
    "api-project-photos": (
        "state=quarantined",
        "source=human",
        "order=least_certain",
        "order=vin",
        "text=WBA",
        "did=overturned",
    ),
    "api-project-tasks": ("state=new", "state=skipped", "min_confidence=0.95", "level=lowered", "min_age=30"),
    "api-project-events": ("object_type=photo", "object_type=task"),
}
PAGED = (
    "photos",
    "photos?order=uncertain",
    "photos?order=vin",
    "queue",
    "api-project-photos",
    "api-project-tasks",
)
"""Lists of which a page from their depths is measured as well."""

DEPTH = 40
"""Pages that are walked through to reach one."""

GOAL_LIST, GOAL_CLAIM = 100.0, 30.0
"""Milliseconds at the 95th percentile."""


@dataclass
class Row:
    """One line of the table: milliseconds of each request, those of them in which a processor worked for it,
    in this process or in the database's, and the slowest statement.
    """

    name: str
    times: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    statements: int = 0
    slowest: tuple[float, str, Any] = (0.0, "", None)


def at(share: float, values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextmanager
def stopwatch(row: Row) -> Iterator[None]:
    """Times of a request. What other programs do meanwhile lengthens the first and not the second."""
    begun, worked = time.perf_counter(), work_done()
    yield
    row.times.append((time.perf_counter() - begun) * 1000)
    row.busy.append(work_done() - worked)


def work_done() -> float:
    """Milliseconds that processors have spent on this thread and on the database's process that serves it."""
    from django.db import connection

    connection.ensure_connection()
    served = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    theirs = int(served.read_text().split()[0]) / 1e6 if served.exists() else 0.0
    return time.thread_time() * 1000 + theirs


@contextmanager
def watch_statements(row: Row) -> Iterator[None]:
    """Count the statements of one request, and keep the slowest."""
    from django.db import connection

    row.statements = 0

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        begun = time.perf_counter()
        result = execute(sql, params, many, context)
        spent = (time.perf_counter() - begun) * 1000
        row.statements += 1
        if sql.startswith("SELECT") and spent > row.slowest[0]:
            row.slowest = (spent, sql, params)
        return result

    with connection.execute_wrapper(note):
        yield


def list_addresses() -> dict[str, str]:
    """Pages and API lists that the project's short name leads to, by the names of their routes."""
    from django.urls import reverse

    from webapp.api.urls import project_urls as lists
    from webapp.urls import project_urls as pages

    names = [pattern.name for pattern in (*pages, *lists) if "<" not in str(pattern.pattern)]
    return {str(name): reverse(str(name), args=[SLUG]) for name in names}


def list_details() -> dict[str, str]:
    """The page of one thing of each kind, and what the API says of it."""
    from django.urls import reverse

    from labeling.models import (
        DatasetSnapshot,
        FinetuningRun,
        Membership,
        PseudoRound,
        Rereading,
        Shadow,
        Task,
    )

    shadow = Shadow.objects.get(project__slug=SLUG)
    rereading = Rereading.objects.get(project__slug=SLUG)
    task = Task.objects.filter(project__slug=SLUG, state="accepted", revision=2).latest("updated_at")
    member = Membership.objects.filter(project__slug=SLUG, role="annotator").earliest("pk")
    newest = DatasetSnapshot.objects.filter(project__slug=SLUG).latest("name")
    pages = {
        "model (a shadow)": ("model", shadow.model_version_id),
        "model (has read open tasks again)": ("model", rereading.model_version_id),
        "round": ("round", PseudoRound.objects.get(project__slug=SLUG).pk),
        "run": ("run", FinetuningRun.objects.filter(project__slug=SLUG).latest("number").pk),
        "dataset": ("dataset", newest.pk),
        "dataset-difference": ("dataset-difference", newest.pk),
        "photo": ("photo", task.photo_id),
        "photo-history": ("photo-history", task.photo_id),
        "quality-person": ("quality-person", member.pk),
    }
    found = {name: reverse(page, args=[SLUG, key]) for name, (page, key) in pages.items()}
    found["quality-person?days=90"] = f"{found['quality-person']}?days=90"
    plain = {
        "api-shadow": shadow.pk,
        "api-shadow-differences": shadow.pk,
        "api-rereading": rereading.pk,
        "api-task": task.pk,
        "api-member-figures": member.pk,
    }
    return found | {name: reverse(name, args=[key]) for name, key in plain.items()}


def list_rows(client: Any, only: str) -> dict[str, str]:
    """What is asked for: every address that answers, with its variants, the pages of single things, and pages
    from the depths of some lists. Of them those whose names match.
    """
    found = {}
    for name, address in list_addresses().items():
        if client.get(address).status_code == 200:
            found[name] = address
            found |= {f"{name}?{query}": f"{address}?{query}" for query in VARIANTS.get(name, ())}
    found |= list_details()
    found |= {f"{name} (page {DEPTH})": found[name] for name in PAGED}
    wanted = {name: address for name, address in found.items() if re.search(only, name)}
    return {
        name: _go_deep(client, address) if name.endswith(f"(page {DEPTH})") else address
        for name, address in wanted.items()
    }


def _go_deep(client: Any, address: str) -> str:
    joint = "&" if "?" in address else "?"
    here = address
    for _ in range(DEPTH - 1):
        text = client.get(here).content.decode()
        cursor = re.search(r'after=([\w=-]+)|"next_cursor":\s*"([^"]+)"', text)
        if cursor is None:
            break
        here = f"{address}{joint}after={cursor[1] or cursor[2]}"
    return here


def measure_lists(client: Any, rounds: int, only: str) -> list[Row]:
    """All in turn, so that a busy moment of the machine hits none of them alone."""
    addresses = list_rows(client, only)
    rows = {name: Row(name) for name in addresses}
    for name, address in addresses.items():
        with watch_statements(rows[name]):
            client.get(address)
    for _ in range(rounds):
        for name, address in addresses.items():
            with stopwatch(rows[name]):
                answer = client.get(address)
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}.")
    return list(rows.values())


def measure_claims(kind: str, people: int, each: int) -> Row:
    """So many people claim, lay the photo down and claim again, all at the same time.

    What they held stays in hand, as if it had been submitted: each claim gets another task.
    """
    from django.db import connection
    from django.utils import timezone

    from labeling.models import Lease, Membership, Project
    from labeling.operations import leases

    project = Project.objects.get(slug=SLUG)
    role = "reviewer" if kind == "review" else "annotator"
    members = Membership.objects.filter(project=project, role=role).select_related("user")[:people]
    start = threading.Barrier(len(members))
    crowd = "one person" if len(members) == 1 else f"{len(members)} people at once"
    row = Row(f"next task to {kind}, {crowd}")

    def work(membership: Membership) -> Row:
        mine = Row("")
        start.wait()
        for _ in range(each):
            Lease.objects.filter(holder=membership.user, ended_at=None).update(ended_at=timezone.now())
            with stopwatch(mine):
                lease = leases.claim_next_task(
                    project=project, holder=membership.user, kind=kind, now=timezone.now()
                )
            if lease is None:
                raise SystemExit(f"Nothing waits to {kind} any more: make a larger load.")
        connection.close()
        return mine

    with ThreadPoolExecutor(len(members)) as pool:
        for mine in pool.map(work, members):
            row.times += mine.times
            row.busy += mine.busy
    holder = members[0].user
    with watch_statements(row):
        Lease.objects.filter(holder=holder, ended_at=None).update(ended_at=timezone.now())
        leases.claim_next_task(project=project, holder=holder, kind=kind, now=timezone.now())
    return row


def measure_all_claims(people: int, each: int) -> list[Row]:
    """By one person and by many, to annotate and to review."""
    kinds = ("annotate", "review")
    return [measure_claims(kind, crowd, each) for kind in kinds for crowd in (1, people)]


def show(rows: list[Row], goal: float) -> None:
    """A table in Markdown, the slowest first."""
    print("| what | median ms | p95 ms | of it busy, p95 ms | statements | n |")
    print("|---|---:|---:|---:|---:|---:|")
    for row in sorted(rows, key=lambda row: -at(0.95, row.times)):
        slow = at(0.95, row.times)
        mark = "" if slow < goal else " **over**"
        figures = [f"{at(0.5, row.times):.1f}", f"{slow:.1f}{mark}", f"{at(0.95, row.busy):.1f}"]
        print(f"| `{row.name}` | {' | '.join(figures)} | {row.statements} | {len(row.times)} |")
    print()


def write_plans(rows: list[Row], file: Path) -> None:
    """The plan of the slowest statement of each line; a statement that several share stands once."""
    from django.db import connection

    parts = [
        "# Query plans",
        "",
        "Written by `make bench-scale`: of every list the slowest statement, as PostgreSQL carries it out.",
    ]
    seen: set[str] = set()
    for row in rows:
        _, sql, values = row.slowest
        with connection.cursor() as cursor:
            statement = str(cursor.mogrify(sql, values))
            if statement in seen:
                continue
            seen.add(statement)
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql}", values)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        parts += ["", f"## `{row.name}`", "", "```", _shorten(statement), "", _leave_out_keys(plan), "```"]
    file.write_text("\n".join(parts) + "\n")


def _shorten(statement: str) -> str:
    """Without the list of columns, the table names inside and the quotes."""
    short = re.sub(r"^SELECT (?!COUNT).{120,}? FROM ", "SELECT … FROM ", statement)
    return _leave_out_keys(re.sub(r'"labeling_\w+"\.(?=")', "", short).replace('"', ""))


def _leave_out_keys(text: str) -> str:
    """Of a list of keys the first and the last."""
    key = r"'?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}'?(?:::uuid)?"
    return re.sub(rf"({key}, ?)(?:{key}, ?)+({key})", r"\1…, \2", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="requests of each list")
    parser.add_argument("--only", default="", help="a regular expression: pages whose names match; no claims")
    parser.add_argument("--people", type=int, default=8, help="who claim at the same time")
    parser.add_argument("--claims", type=int, default=50, help="claims of each person")
    parser.add_argument("--plans", type=Path, help="a file to write the query plans into")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    django.setup()

    from django.conf import settings
    from django.test import Client, override_settings

    import webapp.wsgi  # noqa: F401  (what is measured is settled as what is served)
    from labeling.models import Membership, Photo

    admin = Membership.objects.filter(project__slug=SLUG, role="admin").select_related("user").first()
    if admin is None:
        raise SystemExit("There is no load in this database: run `make bench-scale`.")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        client = Client()
        client.force_login(admin.user)
        print(f"{Photo.objects.count():,} photos\n")
        lists = measure_lists(client, options.rounds, options.only)
    show(lists, GOAL_LIST)
    claims = [] if options.only else measure_all_claims(options.people, options.claims)
    if claims:
        show(claims, GOAL_CLAIM)
    if options.plans:
        write_plans([*lists, *claims], options.plans)


if __name__ == "__main__":
    main()
