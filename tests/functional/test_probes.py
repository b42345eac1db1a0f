"""A known photo in the browser of who is measured by it: it looks and works like any other."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from labeling.models import Membership, Photo, Probe, Task
from labeling.operations import probes, reviews
from tests.conftest import make_user
from tests.functional.desk import VIN, WIDTH, Desk, Editor, Opener
from tests.functional.test_adjudication import set_policy
from tests.processes import wait_for

pytestmark = pytest.mark.functional


@pytest.fixture
def newcomer(desk: Desk, open_editor: Opener) -> Editor:
    """Somebody for whom the only known photo comes before one of two new ones."""
    known = desk.submit(desk.add_photo()).task
    lease = reviews.leases.claim_task(
        task=Task.objects.get(pk=known.pk), holder=desk.people.reviewer, kind="review", now=timezone.now()
    )
    reviews.submit_review(
        lease_id=lease.pk,
        reviewer=desk.people.reviewer,
        verdict="accepted",
        base_revision=1,
        now=timezone.now(),
    )
    person = make_user("newcomer")
    Membership.objects.create(
        project=desk.people.project, user=person, role="annotator", created_at=timezone.now()
    )
    set_policy(desk, honeypot_share=0.3, seeded_share=1)
    while not is_drawn(desk, person):
        desk.add_photo()
    desk.add_photo()
    return open_editor(person)


def is_drawn(desk: Desk, person: object) -> bool:
    """Whether the known photo will come before one of the new ones."""
    new = Task.objects.filter(project=desk.people.project, state="new")
    chance = probes.chance_of_probe(0.3)
    return any(
        probes.draw_for(desk.people.project, "honeypot", f"{task.pk}:{person.pk}") < chance for task in new
    )


def look(editor: Editor) -> tuple[object, ...]:
    """What of the page might tell one photo from another of its kind."""
    page = editor.page
    return (
        page.locator(".version").count(),
        page.locator(".version-who").all_inner_texts(),
        page.locator("#editor").get_attribute("data-kind"),
        page.locator("[data-command]").all_inner_texts(),
        page.locator("[hidden]").count(),
        page.locator("#editor *").evaluate_all(
            "all => [...new Set(all.flatMap(e => e.getAttributeNames()))]"
        ),
    )


def correct(editor: Editor) -> None:
    for position, symbol in enumerate(VIN, start=1):
        if editor.cell(position).input_value() != symbol:
            editor.cell(position).click()
            editor.press(symbol)


def test_a_known_photo_looks_and_works_like_a_new_one(desk: Desk, newcomer: Editor) -> None:
    newcomer.open(desk.address())
    looks: dict[bool, list[object]] = {True: [], False: []}
    names: list[str] = []
    for _ in range(Task.objects.filter(state__in=["new", "in_progress"]).count() + 1):
        photo = Photo.with_probes.get(task__state="in_progress")
        expect(newcomer.name()).to_have_text(photo.name)
        expect(newcomer.part("strip-photo")).to_have_js_property("naturalWidth", WIDTH)
        names.append(photo.name)
        looks[photo.is_probe].append(look(newcomer))
        correct(newcomer)
        newcomer.press("Enter")
        wait_for(
            lambda open_one=photo: not Task.with_probes.filter(photo=open_one, state="in_progress").exists(),
            seconds=10,
            what="the submit",
        )
        expect(newcomer.page.locator("#editor")).to_have_attribute("data-phase", re.compile("working|empty"))
    expect(newcomer.part("rest")).to_be_visible()
    assert len(looks[True]) == 1
    # After the first photo the page also offers to take the last one back.
    assert looks[True][0] in looks[False]
    assert all(re.fullmatch(r"door-\d+\.jpg", name) for name in names)
    probe = Probe.objects.get()
    assert (probe.is_right, probe.has_noticed) == (True, True)
    assert not Task.objects.filter(state__in=["new", "in_progress"]).exists()
