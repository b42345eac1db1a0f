"""Nothing is ever lost: each ends with the work on the screen and a clear choice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Playwright, expect

from labeling.models import Draft, Lease, LeaseKind, Task, User
from labeling.operations import leases
from tests import browser as browsers
from tests.conftest import PASSWORD
from tests.functional.desk import VIN, WRONG, Desk, Editor, let_in, newest, submitted
from tests.processes import wait_for

pytestmark = pytest.mark.functional

PLENTY = 5
"""Photos, so many that one may be claimed ahead."""
READ = VIN[:11] + "8" + VIN[12:]


def open_lease(task: Task) -> Lease:
    return Lease.objects.get(task=task, ended_at=None)


def take_away(task: Task) -> None:
    """The time on a task is over, and the sweep has put it back."""
    Lease.objects.filter(task=task, ended_at=None).update(expires_at=timezone.now() - timedelta(seconds=1))
    leases.sweep_leases(now=timezone.now())


def hand_over(task: Task, to: User) -> Lease:
    """Somebody else is at work on the task."""
    take_away(task)
    task.refresh_from_db()
    return leases.claim_task(task=task, holder=to, kind=LeaseKind.ANNOTATE, now=timezone.now())


def lost_dialog(editor: Editor):
    return editor.page.locator("dialog[data-dialog=lost]")


class TestKilledBrowser:
    """SIGKILL to every process of the browser, and a new one with the same profile."""

    def start(self, playwright: Playwright, profile: Path, desk: Desk) -> Editor:
        context = playwright.chromium.launch_persistent_context(profile, **browsers.launch_options())
        let_in(context, desk.people.annotator, desk.url)
        return Editor(context.pages[0])

    def kill(self, context: BrowserContext, profile: Path) -> None:
        mark = f"--user-data-dir={profile}"
        found = [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]
        assert found
        for process in {child for parent in found for child in [parent, *parent.children(recursive=True)]}:
            process.kill()
        psutil.wait_procs(found, timeout=10)
        (profile / "SingletonLock").unlink(missing_ok=True)

    @pytest.mark.parametrize("connected", [True, False])
    def test_the_work_is_back(
        self, playwright: Playwright, desk: Desk, tmp_path: Path, connected: bool
    ) -> None:
        task = desk.add_photo(doubts=WRONG)
        profile = tmp_path / "profile"
        first = self.start(playwright, profile, desk).open(desk.address())
        if not connected:
            first.page.context.route("**/draft", lambda route: route.abort())
        first.press("0", "Home", "W")
        expect(first.part("save")).to_contain_text("Draft saved" if connected else "No connection")
        self.kill(first.page.context, profile)
        assert Draft.objects.filter(task=task).exists() == connected
        again = self.start(playwright, profile, desk).open(desk.address())
        assert again.text() == "W" + VIN[1:]
        again.press("Enter")
        wait_for(lambda: submitted(task), seconds=10, what="the annotation")
        again.close()


def test_an_hour_without_a_network(desk: Desk, annotator: Editor) -> None:
    """Meanwhile the lease ran out, and somebody else has begun with the photo."""
    task = desk.add_photo(doubts=WRONG)
    annotator.page.clock.install()
    annotator.open(desk.address())
    annotator.page.context.set_offline(True)
    annotator.press("0")
    annotator.page.clock.fast_forward("01:00:00")
    expect(annotator.part("save")).to_contain_text("No connection")
    theirs = hand_over(task, desk.people.reviewer)
    annotator.page.context.set_offline(False)
    annotator.page.clock.fast_forward(20_000)
    expect(lost_dialog(annotator)).to_be_visible()
    expect(annotator.part("lost-mine")).to_have_text(VIN)
    keep = annotator.page.get_by_role("button", name="Claim again, keep mine")
    keep.click()
    expect(annotator.part("lost-message")).to_have_text("Somebody else is working on this photo.")
    leases.release_lease(lease_id=theirs.pk, holder=desk.people.reviewer, now=timezone.now())
    keep.click()
    expect(lost_dialog(annotator)).to_be_hidden()
    annotator.cell(12).click()
    annotator.press("Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    assert newest(task).text == VIN


def test_a_photo_that_somebody_else_is_at_can_be_left_and_is_as_it_was_later(
    desk: Desk, annotator: Editor
) -> None:
    task, other = desk.add_photo(doubts=WRONG), desk.add_photo()
    annotator.open(desk.address())
    theirs = hand_over(task, desk.people.reviewer)
    annotator.press("0")
    expect(lost_dialog(annotator)).to_be_visible()
    annotator.page.get_by_role("button", name="Leave it, next photo").click()
    expect(annotator.name()).to_have_text(other.photo.name)
    leases.release_lease(lease_id=theirs.pk, holder=desk.people.reviewer, now=timezone.now())
    annotator.open(f"{desk.address()}?task={task.pk}")
    expect(annotator.name()).to_have_text(task.photo.name)
    assert annotator.text() == VIN


def test_two_tabs_with_the_same_photo(desk: Desk, annotator: Editor) -> None:
    task = desk.add_photo(doubts=WRONG)
    annotator.open(desk.address())
    annotator.press("0")
    second = Editor(annotator.page.context.new_page()).open(desk.address())
    assert second.text() == VIN
    expect(lost_dialog(annotator)).to_contain_text("open in another tab")
    second.press("Home", "W")
    expect(annotator.part("lost-theirs")).to_have_text("W" + VIN[1:])
    expect(annotator.part("lost-mine")).to_have_text(VIN)
    annotator.page.get_by_role("button", name="Go on here, with this version").click()
    expect(lost_dialog(annotator)).to_be_hidden()
    expect(lost_dialog(second)).to_be_visible()
    expect(second.part("lost-mine")).to_have_text("W" + VIN[1:])
    annotator.cell(1).click()
    annotator.press("Enter")
    wait_for(lambda: submitted(task), seconds=10, what="the annotation")
    assert newest(task).text == VIN
    second.page.get_by_role("button", name="Go on here, with this version").click()
    expect(second.part("lost-message")).to_contain_text("does not wait for an annotation")
    expect(second.part("lost-mine")).to_have_text("W" + VIN[1:])


def fill_desk(desk: Desk) -> list[Task]:
    return [desk.add_photo(doubts=WRONG) for _ in range(PLENTY)]


def wait_ahead(desk: Desk) -> None:
    """Until the next photo is claimed and on its way into the browser."""
    held = Lease.objects.filter(holder=desk.people.annotator, ended_at=None)
    wait_for(lambda: held.count() == 2, seconds=10, what="the lease ahead")


def test_a_submit_that_is_refused_comes_back_over_the_next_photo(desk: Desk, annotator: Editor) -> None:
    first, second, *_ = fill_desk(desk)
    annotator.open(desk.address())
    wait_ahead(desk)
    hand_over(first, desk.people.reviewer)
    annotator.press("0", "Enter")
    expect(lost_dialog(annotator)).to_be_visible()
    expect(annotator.name()).to_have_text(first.photo.name)
    expect(annotator.part("lost-mine")).to_have_text(VIN)
    annotator.page.get_by_role("button", name="Leave it, next photo").click()
    expect(annotator.name()).to_have_text(second.photo.name)


def test_a_session_that_ends_with_the_submit(desk: Desk, annotator: Editor) -> None:
    first, second, *_ = fill_desk(desk)
    annotator.open(desk.address())
    wait_ahead(desk)
    annotator.page.context.clear_cookies()
    annotator.press("0", "Enter")
    expect(annotator.page.locator("dialog[data-dialog=login]")).to_be_visible()
    expect(annotator.name()).to_have_text(first.photo.name)
    assert annotator.text() == VIN
    annotator.page.fill("#login-password", PASSWORD)
    annotator.press("Enter")
    expect(annotator.page.locator("dialog[data-dialog=login]")).to_be_hidden()
    annotator.cell(12).click()
    annotator.press("Enter")
    expect(annotator.name()).to_have_text(second.photo.name)
    wait_for(lambda: submitted(first), seconds=10, what="the annotation")
    assert newest(first).text == VIN


def test_a_submit_without_a_connection_arrives_when_it_is_back(desk: Desk, annotator: Editor) -> None:
    first, second, *_ = fill_desk(desk)
    annotator.open(desk.address())
    wait_ahead(desk)
    annotator.page.wait_for_function("() => performance.getEntriesByType('resource').length > 5")
    annotator.page.context.set_offline(True)
    annotator.press("0", "Enter")
    expect(annotator.name()).to_have_text(second.photo.name)
    expect(annotator.part("unsent")).to_contain_text(f"Not sent yet: {first.photo.name}")
    annotator.press("0")
    annotator.page.context.set_offline(False)
    wait_for(lambda: submitted(first), seconds=20, what="the annotation")
    expect(annotator.part("unsent")).to_be_hidden()
    assert annotator.text() == VIN


def test_the_photo_ahead_is_given_back_when_the_page_goes(desk: Desk, annotator: Editor) -> None:
    tasks = fill_desk(desk)
    annotator.open(desk.address())
    wait_ahead(desk)
    annotator.page.goto(f"{desk.url}/p/{desk.people.project.slug}/")
    held = Lease.objects.filter(holder=desk.people.annotator, ended_at=None)
    wait_for(lambda: held.count() == 1, seconds=10, what="the lease to be given back")
    assert held.get().task == tasks[0]


def test_both_photos_are_given_back_when_the_person_leaves(desk: Desk, annotator: Editor) -> None:
    fill_desk(desk)
    annotator.open(desk.address())
    wait_ahead(desk)
    annotator.page.get_by_role("button", name="Put back and leave").click()
    annotator.page.wait_for_url(f"**/p/{desk.people.project.slug}/")
    assert not Lease.objects.filter(ended_at=None).exists()
