"""axe-core finds nothing that breaks WCAG 2.2 AA on any page, light and dark.

The pages are those of the URL configuration: one that is added is walked too, and one whose address has a
parameter that tests/functional/showroom.py knows no key for fails.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, Response

from labeling.models import Task, User
from tests.functional.axe import find_violations
from tests.functional.desk import Desk, sign_in
from tests.functional.showroom import furnish
from tests.integration.webapp.walking import Address, walk

pytestmark = pytest.mark.functional

FOR_PROGRAMS = ("/api/", "/media/", "/health/")
FOR_STRANGERS = {"login", "invitation"}
FORMS = "main form.form[method=post]"
SEND_EMPTY = """(place) => {
  const form = document.querySelectorAll("main form.form[method=post]")[place];
  for (const field of form.querySelectorAll("input:not([type=hidden]), textarea, select")) {
    if (["checkbox", "radio"].includes(field.type)) field.checked = false;
    else field.value = "";
  }
  form.noValidate = true;
  form.requestSubmit();
}"""
NAME_DIALOGS = "() => [...document.querySelectorAll('dialog')].map((dialog, place) => dialog.id || place)"
OPEN_DIALOG = "(place) => document.querySelectorAll('dialog')[place].showModal()"
CLOSE_DIALOG = "(place) => document.querySelectorAll('dialog')[place].close()"


def list_pages() -> list[Address]:
    return [address for address in walk() if not address.route.startswith(FOR_PROGRAMS)]


def list_shown(user: User, pages: list[Address], keys: dict[str, object]) -> list[Address]:
    """Those that this person sees something at; buttons answer 405, what leads elsewhere 302."""
    client = Client()
    client.force_login(user)
    answers = [(page, client.get(page.fill(keys))) for page in pages]
    return [page for page, answer in answers if answer.status_code == 200 and _is_page(answer)]


def _is_page(answer: Any) -> bool:
    """Neither a file to keep nor a part of another page."""
    start = b"" if answer.streaming else getattr(answer, "content", b"")[:200]
    return start.lstrip().lower().startswith(b"<!doctype html")


class Walker:
    """Looks at one page after the other and writes down what is wrong with each."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.seen: list[str] = []
        self.problems: dict[str, list[str]] = {}

    def go(self, path: str) -> Response:
        answer = self.page.goto(self.url + path)
        assert answer is not None
        return answer

    def look(self, name: str) -> None:
        self.seen.append(name)
        if found := find_violations(self.page):
            self.problems[name] = found

    def look_at_dialogs(self, name: str) -> None:
        for place, title in enumerate(self.page.evaluate(NAME_DIALOGS)):
            self.page.evaluate(OPEN_DIALOG, place)
            self.look(f"{name}, dialog {title}")
            self.page.evaluate(CLOSE_DIALOG, place)

    def send_forms_empty(self, name: str, path: str) -> None:
        """Every form of a page, sent with nothing in it; it comes back with its errors."""
        self.go(path)
        for place in range(self.page.locator(FORMS).count()):
            self.go(path)
            with self.page.expect_navigation():
                self.page.evaluate(SEND_EMPTY, place)
            if self.page.locator(".errorlist, .form-errors li").count():
                self.look(f"{name}, form {place} with errors")


@pytest.fixture
def walker(browser: Browser, desk: Desk) -> Walker:
    page = sign_in(browser, desk.people.admin, desk.url)
    return Walker(page, desk.url)


def test_no_page_has_a_violation(desk: Desk, walker: Walker) -> None:
    keys = furnish(desk)
    shown = list_shown(desk.people.admin, list_pages(), keys)
    assert {
        "home",
        "project",
        "photos",
        "photo",
        "annotate",
        "review",
        "queue",
        "run",
        "model",
        "tokens",
    } <= {page.name for page in shown}
    for page in shown:
        walker.go(page.fill(keys) + ("?all" if page.name == "home" else ""))
        wait_for_script(walker.page)
        walker.look(page.name)
        walker.look_at_dialogs(page.name)
    assert any("dialog" in name for name in walker.seen)
    assert walker.problems == {}


def test_no_form_with_errors_has_a_violation(desk: Desk, walker: Walker) -> None:
    keys = furnish(desk)
    for page in list_shown(desk.people.admin, list_pages(), keys):
        walker.send_forms_empty(page.name, page.fill(keys) + ("?all" if page.name == "home" else ""))
    sent = {name.split(",")[0] for name in walker.seen}
    assert {"home", "datasets", "members", "tokens"} <= sent
    assert walker.problems == {}


def test_no_empty_page_has_a_violation(desk: Desk, walker: Walker) -> None:
    keys: dict[str, object] = {"slug": desk.people.project.slug}
    pages = [page for page in list_pages() if set(page.parameters) <= set(keys)]
    for page in list_shown(desk.people.admin, pages, keys):
        walker.go(page.fill(keys))
        wait_for_script(walker.page)
        walker.look(f"{page.name}, empty")
    assert walker.problems == {}


def test_no_refusal_and_no_question_has_a_violation(desk: Desk, walker: Walker) -> None:
    keys = furnish(desk)
    project = f"/p/{keys['slug']}/"
    assert walker.go("/nothing/").status == 404
    walker.look("not found")
    walker.go(f"{project}annotate/?task={keys['task_id']}")
    wait_for_script(walker.page)
    walker.page.wait_for_load_state("networkidle")  # the page claims the task, which must not go meanwhile
    Task.objects.filter(pk=keys["task_id"]).delete()
    walker.page.reload()
    wait_for_script(walker.page)
    walker.look("a photo that is gone")
    walker.go(f"{project}queue/")
    walker.page.get_by_label("All that match").check()
    walker.page.get_by_role("button", name="Read again").click()
    walker.page.get_by_role("heading", name="Read the photos of").wait_for()
    walker.look("the question before a bulk action")
    walker.page.get_by_role("button", name="Read the photos of").click()
    walker.page.locator("#queue-done").wait_for()
    walker.look("a bulk action that is done")
    assert walker.problems == {}


def test_nothing_that_strangers_see_has_a_violation(browser: Browser, desk: Desk) -> None:
    keys = furnish(desk)
    walker = Walker(browser.new_page(), desk.url)
    for page in list_pages():
        if page.name in FOR_STRANGERS:
            walker.go(page.fill(keys))
            walker.look(page.name)
            walker.send_forms_empty(page.name, page.fill(keys))
    assert walker.go("/invitations/no-such-invitation/").status == 404
    walker.look("an invitation that is none")
    assert walker.problems == {}
    assert set(walker.seen) >= FOR_STRANGERS


def test_axe_looks_at_what_it_should(desk: Desk, walker: Walker) -> None:
    """A page that is made worse has violations of each kind that this is about."""
    walker.go(f"/p/{desk.people.project.slug}/members/")
    walker.page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.append(document.createElement("img"), document.createElement("input"));
          const pale = document.createElement("p");
          pale.textContent = "too pale";
          pale.style.cssText = "color: light-dark(#ccc, #333)";
          const tiny = document.createElement("p");
          tiny.innerHTML = "<button>a</button><button>b</button>";
          for (const button of tiny.children) button.style.cssText = "font-size: 4px; padding: 0; width: 6px";
          main.append(pale, tiny);
        }"""
    )
    found = find_violations(walker.page)
    for rule in ("image-alt", "label", "color-contrast", "target-size"):
        assert any(line.startswith(f"light: {rule} ") for line in found), (rule, found)
    assert any(line.startswith("dark: color-contrast ") for line in found)


def wait_for_script(page: Page) -> None:
    """The editor opens its photo, or says why there is none."""
    editor = page.locator("[data-phase]").first
    if editor.count():
        page.wait_for_function("() => document.querySelector('[data-phase]').dataset.phase !== 'loading'")
