"""The grid of photos and the page of one."""

import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.models import AuditEvent
from labeling.operations import annotations, leases
from tests.conftest import People
from tests.integration.views import rows


def _grid(people: People, query: str = "", **headers: str) -> str:
    url = reverse("photos", args=[people.project.slug])
    response = people.client("annotator").get(url + query, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def _names(html: str) -> list[str]:
    return re.findall(r'title="(photo-\d+\.jpg)"', html)


def test_the_empty_grid_says_how_to_fill_it(people: People) -> None:
    assert "No photos yet" in _grid(people)


def test_newest_photos_come_first(people: People) -> None:
    for number in (2, 1, 3):
        rows.add_photo(people, number)
    assert _names(_grid(people)) == ["photo-1.jpg", "photo-2.jpg", "photo-3.jpg"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?state=new", ["photo-1.jpg"]),
        ("?state=submitted", ["photo-2.jpg"]),
        ("?state=unread", ["photo-3.jpg"]),
        ("?state=broken", ["photo-4.jpg"]),
        ("?state=nonsense", ["photo-1.jpg", "photo-2.jpg", "photo-3.jpg", "photo-4.jpg"]),
        ("?confidence=low", ["photo-2.jpg"]),
        ("?order=uncertain&confidence=medium", ["photo-1.jpg"]),
        ("?text=photo-4", ["photo-4.jpg"]),
        ("?text=WBA", ["photo-2.jpg"]),
        ("?text=nothing-like-it", []),
        ("?after=nonsense", ["photo-1.jpg", "photo-2.jpg", "photo-3.jpg", "photo-4.jpg"]),
    ],
)
def test_filters_live_in_the_address(people: People, query: str, expected: list[str]) -> None:
    rows.add_task(people, rows.add_photo(people, 1))
    rows.add_task(people, rows.add_photo(people, 2, vin="WBA3A5C51CF256985", confidence=0.3), "submitted")
    rows.add_photo(people, 3, state="processing", vin="", confidence=None, vin_source="")
    rows.add_photo(people, 4, state="quarantined", vin="", confidence=None, vin_source="", failure="damaged")
    assert _names(_grid(people, query)) == expected


def test_pages_follow_each_other_without_gap_or_repeat(people: People) -> None:
    for number in range(1, 52):
        rows.add_photo(people, number)
    first = _grid(people)
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link
    second = _grid(people, link[1].replace("&amp;", "&"))
    assert _names(first) + _names(second) == [f"photo-{number}.jpg" for number in range(1, 52)]


def test_the_grid_asks_again_only_while_something_is_read(people: People) -> None:
    waiting = rows.add_photo(people, 1, state="queued", vin="", confidence=None, vin_source="")
    assert "every 2s" in _grid(people)
    waiting.state = "ready"
    waiting.save()
    assert "every 2s" not in _grid(people)


def test_htmx_gets_the_cards_alone(people: People) -> None:
    rows.add_photo(people)
    part = _grid(people, **{"HX-Request": "true"})
    assert part.lstrip().startswith('<div id="photo-grid"')
    assert "<html" not in part


def test_photos_of_other_projects_are_not_in_the_grid(people: People, other_people: People) -> None:
    rows.add_photo(other_people, 7)
    assert _names(_grid(people)) == []


def test_a_photo_shows_what_was_read_by_whom(people: People) -> None:
    photo = rows.add_photo(people)
    task = rows.add_task(people, photo, "submitted")
    rows.add_prediction(photo, rows.add_version(people))
    rows.add_annotation(people, task)
    html = people.client("reviewer").get(_url(people, photo)).content.decode()
    assert html.count('class="drawn-character') == 34  # over the photo and over the strip
    assert f"?task={task.pk}" in html
    assert "revision 1 by annotator" in html


def test_a_photo_shows_how_it_was_read(people: People) -> None:
    photo = rows.add_photo(people)
    rows.add_prediction(photo, rows.add_version(people), quality=rows.QUALITY, stages=rows.STAGES)
    html = people.client("reviewer").get(_url(people, photo)).content.decode()
    assert "How it was read" in html
    assert html.count('class="drawn-considered"') == 2
    assert html.count('class="drawn-code"') == 1
    assert "Agrees with the text" in html
    assert "42 ms" in html
    assert html.count("differs") == 2  # the cell of the recognizer and the symbol of the second candidate


def test_a_prediction_of_before_stages_were_kept_still_shows(people: People) -> None:
    photo = rows.add_photo(people)
    rows.add_prediction(photo, rows.add_version(people))
    html = people.client("reviewer").get(_url(people, photo)).content.decode()
    assert html.count('class="drawn-character') == 34
    assert "How it was read" not in html


def test_the_address_chooses_what_is_drawn(people: People) -> None:
    photo = rows.add_photo(people)
    task = rows.add_task(people, photo, "submitted")
    prediction = rows.add_prediction(photo, rows.add_version(people))
    rows.add_annotation(people, task)
    html = people.client("reviewer").get(_url(people, photo) + f"?show=p{prediction.pk}").content.decode()
    assert "prediction by v1" in html


def test_authors_are_not_offered_their_own_work_for_review(people: People) -> None:
    photo = rows.add_photo(people)
    task = rows.add_task(people, photo, "submitted")
    rows.add_annotation(people, task, author=people.reviewer)
    html = people.client("reviewer").get(_url(people, photo)).content.decode()
    assert f"?task={task.pk}" not in html
    assert "Take my annotation back" in html


def test_names_from_outside_are_shown_as_text(people: People) -> None:
    photo = rows.add_photo(people, name="<script>alert(1)</script>.jpg")
    html = people.client("reviewer").get(_url(people, photo)).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_reading_again_puts_the_photo_into_the_queue(people: People) -> None:
    photo = rows.add_photo(people, state="quarantined", failure="damaged", attempts=3)
    response = people.client("annotator").post(
        reverse("photo-reread", args=[people.project.slug, photo.pk]), follow=True
    )
    photo.refresh_from_db()
    assert (photo.state, photo.attempts) == ("queued", 0)
    assert "in the queue again" in response.content.decode()
    assert AuditEvent.objects.filter(verb="photo.queued", actor=people.annotator).count() == 1


def test_a_photo_that_waits_cannot_be_queued_twice(people: People) -> None:
    photo = rows.add_photo(people, state="queued")
    response = people.client("annotator").post(reverse("photo-reread", args=[people.project.slug, photo.pk]))
    assert response.status_code == 409
    assert AuditEvent.objects.count() == 0


def test_an_author_takes_the_annotation_back(people: People) -> None:
    task = rows.add_task(people, rows.add_photo(people), "submitted")
    rows.add_annotation(people, task)
    url = reverse("photo-reopen", args=[people.project.slug, task.photo_id])
    assert people.client("reviewer").post(url).status_code == 403
    assert people.client("annotator").post(url).status_code == 302
    task.refresh_from_db()
    assert task.state == "new"


def test_whoever_skipped_takes_it_back(people: People) -> None:
    task = rows.add_task(people, rows.add_photo(people), "new")
    now = timezone.now()
    lease = leases.claim_task(task=task, holder=people.annotator, kind="annotate", now=now)
    annotations.skip_task(lease_id=lease.pk, holder=people.annotator, reason="Unsure", now=now)
    address = reverse("photo", args=[people.project.slug, task.photo_id])
    assert "Take my skip back" in people.client("annotator").get(address).content.decode()
    assert "Take my skip back" not in people.client("reviewer").get(address).content.decode()


def test_upload_is_offered_to_those_who_may(people: People) -> None:
    html = _grid(people)
    address = re.search(r'data-url="([^"]+)"', html)
    assert address
    assert address[1] == f"/api/v1/projects/{people.project.slug}/photos"
    settings = re.search(r"<meta name=\"htmx-config\" content='([^']+)'", html)
    assert settings
    assert json.loads(settings[1])["allowEval"] is False


def _url(people: People, photo) -> str:
    return reverse("photo", args=[people.project.slug, photo.pk])


def test_whoever_has_a_photo_in_hand_can_go_on(people: People) -> None:
    photo = rows.add_photo(people, 1)
    task = rows.add_task(people, photo, "new")
    leases.claim_task(task=task, holder=people.annotator, kind="annotate", now=timezone.now())
    address = reverse("photo", args=[people.project.slug, photo.pk])
    assert "Go on<kbd>" in people.client("annotator").get(address).content.decode()
    assert "Go on<kbd>" not in people.client("admin").get(address).content.decode()
    home = reverse("project", args=[people.project.slug])
    assert "You have photo-1.jpg in hand" in people.client("annotator").get(home).content.decode()
    assert "in hand</h2>" not in people.client("admin").get(home).content.decode()
