"""The pages in a real browser: what only a browser can show."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from labeling.models import Photo
from labeling.operations import comments
from labeling.operations.guidelines import write_guideline
from tests.conftest import PASSWORD, LiveServer, People, make_people
from tests.integration.views import rows

pytestmark = pytest.mark.functional
WIDTHS = (768, 1440)
CHECK_PARTS = """() => {
  const problems = [];
  const say = (element) => element.outerHTML.slice(0, 120);
  const named = (element) => `${element.getAttribute("aria-label") || ""}${element.textContent}`.trim();
  if (document.querySelectorAll("h1").length !== 1) problems.push("not one h1");
  if (document.querySelectorAll("main").length !== 1) problems.push("not one main");
  for (const image of document.querySelectorAll("img:not([alt])")) problems.push("no alt: " + say(image));
  for (const button of document.querySelectorAll("button, a[href]")) {
    if (!named(button)) problems.push("no name: " + say(button));
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!field.labels.length && !field.getAttribute("aria-label")) problems.push("no label: " + say(field));
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids)) {
    if (ids.filter((other) => other === id).length > 1) problems.push("id twice: " + id);
  }
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 0) problems.push(`${wide} pixels too wide`);
  return problems;
}"""


@pytest.fixture
def people(transactional_db: None) -> People:
    return make_people()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complained of: broken scripts, refused styles, missing files."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    return found


@pytest.fixture
def project_url(live_server: LiveServer, people: People) -> str:
    return f"{live_server.url}/p/{people.project.slug}/"


def _fill(people: People) -> dict[str, str]:
    """Something on every page; returns the paths of the pages below the project."""
    champion = rows.add_version(people, 1)
    challenger = rows.add_version(people, 2, "evaluated", base=champion)
    snapshot, earlier = rows.add_snapshot(people), rows.add_snapshot(people, "May")
    rows.add_evaluation(champion, snapshot, exact=8)
    rows.add_evaluation(challenger, snapshot, exact=9)
    rows.add_decision(challenger, champion, snapshot, passed=False)
    run = rows.add_run(people, snapshot, champion, state="running", step=20, steps=100)
    rows.add_metrics(run, 2.0, 1.4, 1.1)
    photo = rows.add_photo(people, rendered_at=None)
    task = rows.add_task(people, photo, "submitted")
    rows.add_prediction(photo, champion, quality=rows.QUALITY, stages=rows.STAGES)
    rows.add_annotation(people, task)
    member = people.project.memberships.get(user=people.annotator)
    now = timezone.now()
    comments.add_comment(task=task, author=people.annotator, text="@admin torn", index=3, now=now)
    write_guideline(project=people.project, by=people.admin, text="# One\n\n- a", base_number=0, now=now)
    return {
        "home": "",
        "photos": "photos/",
        "photo": f"photos/{photo.pk}/",
        "history": f"photos/{photo.pk}/history/",
        "spot checks": "spot-checks/",
        "guidelines": "guidelines/",
        "guidelines, edited": "guidelines/edit/",
        "datasets": "datasets/",
        "dataset": f"datasets/{snapshot.pk}/",
        "dataset-difference": f"datasets/{snapshot.pk}/difference/?against={earlier.pk}",
        "transfers": "transfers/",
        "transfer": f"transfers/{rows.add_transfer(people, snapshot).pk}/",
        "runs": "runs/",
        "run": f"runs/{run.pk}/",
        "models": "models/",
        "model": f"models/{challenger.pk}/",
        "members": "members/",
        "quality": "quality/",
        "quality-person": f"quality/{member.pk}/?show=all",
        "my-work": "my-work/",
    }


def test_the_login_page_lets_in_and_leads_on(page: Page, people: People, project_url: str) -> None:
    page.goto(project_url)
    page.fill("input[name=username]", people.annotator.username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(project_url)


def test_every_page_names_its_parts_and_fits(
    page: Page, people: People, project_url: str, log_in: Callable[..., None], complaints: list[str]
) -> None:
    log_in(page, people.admin)
    problems = {}
    for name, path in _fill(people).items():
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(project_url + path)
            if found := page.evaluate(CHECK_PARTS):
                problems[f"{name} at {width}"] = found
    assert problems == {}
    assert complaints == []


def test_a_key_starts_the_work_that_waits(
    page: Page, people: People, project_url: str, log_in: Callable[..., None]
) -> None:
    rows.add_task(people, rows.add_photo(people))
    log_in(page, people.annotator)
    page.goto(project_url)
    expect(page.get_by_role("link", name="Start annotating")).to_be_visible()
    page.keyboard.press("n")
    page.wait_for_url("**/annotate/")


def test_files_are_uploaded_with_an_answer_for_each(
    page: Page,
    people: People,
    project_url: str,
    log_in: Callable[..., None],
    make_photo: Callable[..., bytes],
    tmp_path: Path,
) -> None:
    for number in (1, 2):
        (tmp_path / f"car-{number}.jpg").write_bytes(make_photo(seed=number))
    (tmp_path / "notes.jpg").write_text("this is no photo")
    log_in(page, people.annotator)
    page.goto(project_url + "photos/")
    expect(page.get_by_role("heading", name="No photos yet")).to_be_visible()
    page.set_input_files("#files", sorted(tmp_path.glob("*.jpg")))
    expect(page.locator("#upload-summary")).to_have_text("Done: 2 photos stored, 1 refused")
    expect(page.locator("#upload-list li", has_text="notes.jpg")).to_contain_text("not a photo")
    expect(page.locator(".photo-card")).to_have_count(2)
    assert Photo.objects.filter(uploaded_by=people.annotator).count() == 2
    page.set_input_files("#files", tmp_path / "car-1.jpg")
    expect(page.locator("#upload-list li").last).to_contain_text("In the project already")


def test_a_reading_appears_without_a_reload(
    page: Page, people: People, project_url: str, log_in: Callable[..., None], complaints: list[str]
) -> None:
    photo = rows.add_photo(
        people, state="processing", vin="", confidence=None, vin_source="", rendered_at=None
    )
    log_in(page, people.annotator)
    page.goto(project_url + "photos/")
    card = page.locator(".photo-card")
    expect(card.locator("[data-state=processing]")).to_be_visible()
    Photo.objects.filter(pk=photo.pk).update(state="ready", vin=rows.VIN, confidence=0.5)
    expect(card.locator(".vin")).to_have_text(rows.VIN)
    assert complaints == []


def test_a_run_moves_on_the_screen(
    page: Page, people: People, project_url: str, log_in: Callable[..., None], complaints: list[str]
) -> None:
    snapshot, version = rows.add_snapshot(people), rows.add_version(people)
    run = rows.add_run(people, snapshot, version, state="running", step=10, steps=100)
    rows.add_metrics(run, 2.0)
    log_in(page, people.ml_engineer)
    page.goto(f"{project_url}runs/{run.pk}/")
    expect(page.locator("#run-progress")).to_contain_text("Step 10 of 100")
    run.step = 90
    run.save()
    expect(page.locator("#run-progress")).to_contain_text("Step 90 of 100")
    run.state = "failed"
    run.error = "The disk is full."
    run.save()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.locator("#run-progress")).to_contain_text("The disk is full.")
    assert complaints == []


def test_filters_stay_in_the_address(
    page: Page, people: People, project_url: str, log_in: Callable[..., None]
) -> None:
    rows.add_task(people, rows.add_photo(people, 1, confidence=0.3, rendered_at=None))
    rows.add_task(people, rows.add_photo(people, 2, rendered_at=None), "accepted")
    log_in(page, people.annotator)
    page.goto(project_url + "photos/")
    page.get_by_role("link", name="To annotate", exact=True).click()
    page.wait_for_url(re.compile(r"state=new"))
    page.get_by_label("Confidence").select_option("low")
    page.wait_for_url(re.compile(r"state=new.*confidence=low"))
    expect(page.locator(".photo-card")).to_have_count(1)
    page.get_by_role("link", name="Accepted", exact=True).click()
    expect(page.get_by_role("heading", name="No photo matches")).to_be_visible()
    page.go_back()
    expect(page.locator(".photo-card")).to_have_count(1)


def test_a_policy_is_explained_while_it_is_written(
    page: Page, people: People, project_url: str, log_in: Callable[..., None]
) -> None:
    """Before the reason is there, too: it comes last."""
    log_in(page, people.admin)
    page.goto(f"{project_url}policy/")
    page.fill("[name=double_share]", "30")
    expect(page.locator("#policy-meaning")).to_contain_text("about 30 are read by two people")


def test_the_theme_stays_as_chosen(
    page: Page, people: People, project_url: str, log_in: Callable[..., None]
) -> None:
    page.emulate_media(color_scheme="light")
    log_in(page, people.annotator)
    page.goto(project_url)
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="System").click()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == light


def test_the_keyboard_skips_the_navigation(
    page: Page, people: People, project_url: str, log_in: Callable[..., None]
) -> None:
    log_in(page, people.annotator)
    page.goto(project_url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_silent_server_is_said_and_forgotten(
    page: Page, people: People, project_url: str, log_in: Callable[..., None]
) -> None:
    rows.add_photo(people, state="processing", vin="", confidence=None, vin_source="", rendered_at=None)
    log_in(page, people.annotator)
    page.goto(project_url + "photos/")
    page.route("**/photos/", lambda route: route.abort())
    lost = page.get_by_text("The server does not answer")
    expect(lost).to_be_visible()
    page.unroute("**/photos/")
    expect(lost).to_be_hidden()


def test_logging_out_elsewhere_leads_to_the_login(
    page: Page, people: People, project_url: str, log_in: Callable[..., None]
) -> None:
    rows.add_photo(people, state="processing", vin="", confidence=None, vin_source="", rendered_at=None)
    log_in(page, people.annotator)
    page.goto(project_url + "photos/")
    page.context.clear_cookies()
    page.wait_for_url("**/login/?next=**")
