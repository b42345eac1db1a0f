"""Pages of the review desk: comments, history, sheets, guidelines."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.models import AuditEvent, Comment, Guideline, Mention, Photo, QualityPolicy, SpotCheck, Task
from labeling.operations import comments
from labeling.operations.guidelines import write_guideline
from tests.conftest import People
from tests.integration.views import rows
from tests.pseudo_rounds import trust


def shown(people: People, role: str, name: str, *keys: Any, query: str = "") -> str:
    response = people.client(role).get(reverse(name, args=[people.project.slug, *keys]) + query)
    assert response.status_code == 200
    return response.content.decode()


def send(people: People, role: str, name: str, *keys: Any, **form: Any) -> str:
    address = reverse(name, args=[people.project.slug, *keys])
    response = people.client(role).post(address, form, follow=True)
    assert response.status_code == 200, response.content
    return response.content.decode()


@pytest.fixture
def task(people: People) -> Task:
    """Waits for review, with a revision that changed one character and moved one box."""
    photo = rows.add_photo(people)
    task = rows.add_task(people, photo, "submitted")
    read = rows.add_prediction(photo, rows.add_version(people))
    characters = [dict(character) for character in rows.CHARACTERS]
    characters[3] |= {"symbol": "C", "edited": True}
    characters[5] |= {"quad": [[x + 6, y] for x, y in characters[5]["quad"]]}
    rows.add_annotation(people, task, text="1M8CDM9AXKP042788", characters=characters, prediction=read)
    return task


class TestComments:
    def test_members_talk_on_the_photos_page(self, people: People, task: Task) -> None:
        html = send(people, "ml_engineer", "comment-add", task.photo_id, text="Torn, @annotator", index="3")
        assert "character 4" in html
        assert '<b class="mention">@annotator</b>' in html
        assert Comment.objects.get().index == 3
        html = send(people, "annotator", "comment-add", task.photo_id, text="Yes", index="")
        assert html.count("Delete this comment") == 1

    def test_a_comment_that_says_nothing_is_refused_with_a_word(self, people: People, task: Task) -> None:
        for form in ({"text": "  "}, {"text": "x", "index": "17"}, {}):
            assert "The comment was not kept" in send(
                people, "annotator", "comment-add", task.photo_id, **form
            )
        assert not Comment.objects.exists()

    def test_one_changes_and_deletes_ones_own(self, people: People, task: Task) -> None:
        said = comments.add_comment(task=task, author=people.reviewer, text="one", now=timezone.now())
        assert "stays as it was" in send(people, "reviewer", "comment-edit", said.pk, text=" ")
        html = send(people, "reviewer", "comment-edit", said.pk, text="two")
        assert "edited</span>" in html
        send(people, "reviewer", "comment-delete", said.pk)
        assert not Comment.objects.exists()

    def test_an_address_names_the_comments_own_project(
        self, people: People, other_people: People, task: Task
    ) -> None:
        said = comments.add_comment(task=task, author=people.reviewer, text="one", now=timezone.now())
        other_people.project.memberships.create(
            user=people.reviewer, role="reviewer", created_at=timezone.now()
        )
        address = reverse("comment-delete", args=[other_people.project.slug, said.pk])
        assert people.client("reviewer").post(address).status_code == 404

    def test_a_mention_waits_on_the_home_page(self, people: People, task: Task) -> None:
        comments.add_comment(task=task, author=people.reviewer, text="@annotator see", now=timezone.now())
        html = shown(people, "annotator", "project")
        assert "You were mentioned" in html
        assert 'title="1 waiting"' in html
        assert "You were mentioned" not in shown(people, "reviewer", "project")
        html = send(people, "annotator", "mention-read", Mention.objects.get().pk)
        assert "You were mentioned" not in html

    def test_before_it_is_read_there_is_nothing_to_comment_on(self, people: People) -> None:
        photo = rows.add_photo(people, 9, state="queued")
        assert "Comments open once" in shown(people, "annotator", "photo", photo.pk)
        address = reverse("comment-add", args=[people.project.slug, photo.pk])
        assert people.client("annotator").post(address, {"text": "early"}).status_code == 404


class TestHistory:
    def test_it_tells_what_changed_and_draws_where_boxes_were(self, people: People, task: Task) -> None:
        html = shown(people, "reviewer", "photo-history", task.photo_id)
        assert "position 4: G became C" in html
        assert "1 box moved, by up to 6 px" in html
        assert html.count('class="drawn-before"') == 1
        assert "Shown: revision 1 by annotator" in html

    def test_the_address_chooses_the_reading(self, people: People, task: Task) -> None:
        prediction = task.photo.predictions.get()
        html = shown(people, "reviewer", "photo-history", task.photo_id, query=f"?show=p{prediction.pk}")
        assert "Shown: prediction by v1" in html
        assert 'class="drawn-before"' not in html

    def test_restoring_is_offered_to_those_who_may(self, people: People, task: Task) -> None:
        rows.add_annotation(people, task)
        offers = {
            role: re.findall(
                r"(Restore this revision|Fix and accept with)",
                shown(people, role, "photo-history", task.photo_id),
            )
            for role in ("annotator", "reviewer", "ml_engineer")
        }
        assert offers == {
            "annotator": ["Restore this revision"],
            "reviewer": ["Fix and accept with"],
            "ml_engineer": [],
        }

    def test_a_revision_is_restored(self, people: People, task: Task) -> None:
        rows.add_annotation(people, task)
        html = send(people, "annotator", "photo-restore", task.photo_id, revision=1, base_revision=2)
        assert "Revision 3 says again what revision 1 said" in html
        assert "restored revision 1 as revision 3" in html
        assert AuditEvent.objects.filter(verb="annotation.restored", actor=people.annotator).count() == 1

    def test_what_somebody_submitted_meanwhile_is_not_passed_over(self, people: People, task: Task) -> None:
        rows.add_annotation(people, task)
        address = reverse("photo-restore", args=[people.project.slug, task.photo_id])
        stale = people.client("annotator").post(address, {"revision": 1, "base_revision": 1})
        assert stale.status_code == 409
        assert people.client("annotator").post(address, {"revision": "x"}).status_code == 404

    def test_a_photo_that_nobody_has_read_says_so(self, people: People) -> None:
        photo = rows.add_photo(people, 9, state="queued", rendered_at=None)
        assert "Nothing has happened yet" in shown(people, "annotator", "photo-history", photo.pk)


class TestSheet:
    def test_marked_ones_go_back(self, people: People) -> None:
        version = rows.add_version(people)
        photos = [rows.add_photo(people, number) for number in (1, 2)]
        for photo in photos:
            rows.add_prediction(photo, version)
        trust(*(rows.add_task(people, photo) for photo in photos), by=people.ml_engineer)
        html = shown(people, "reviewer", "sheet")
        keys = re.findall(r'name="shown" value="(\d+)"', html)
        assert len(keys) == 2
        assert "2 readings are right" in html
        html = send(people, "reviewer", "sheet", shown=keys, wrong=keys[:1])
        assert "1 reading noted as right, 1 photo sent back for annotation." in html
        assert "50.0 %" in html
        assert SpotCheck.objects.count() == 2
        assert Photo.objects.get(predictions=keys[0]).task.state == "rejected"
        assert "2 passed over" in send(people, "reviewer", "sheet", shown=keys)

    def test_what_the_policy_accepted_is_told_apart(self, people: People) -> None:
        photo = rows.add_photo(people, 1)
        task = rows.add_task(people, photo, "accepted", decided_by="policy")
        annotation = rows.add_annotation(people, task)
        html = shown(people, "reviewer", "sheet")
        assert f'name="shown" value="{annotation.pk}"' in html
        assert f"/media/annotations/{annotation.pk}/strip" in html
        html = send(people, "reviewer", "sheet", shown=[annotation.pk])
        assert 'Without review, right so far</dt><dd class="figure">100.0 %' in html
        assert 'Pseudo-labels, right so far</dt><dd class="figure">–' in html

    def test_without_any_it_says_where_they_come_from(self, people: People) -> None:
        assert "Nothing was accepted without a second person" in shown(people, "reviewer", "sheet")

    def test_a_sheet_that_no_page_made_is_refused(self, people: People) -> None:
        address = reverse("sheet", args=[people.project.slug])
        answer = people.client("reviewer").post(address, {"shown": ["1"], "wrong": ["2"]})
        assert answer.status_code == 400


class TestGuidelines:
    def test_news_is_told_until_it_is_read(self, people: People) -> None:
        assert "There are no guidelines yet" in shown(people, "annotator", "guidelines")
        html = send(people, "admin", "guidelines-edit", text="# One", note="first", base_number=0)
        assert "<h2>One</h2>" in html
        html = shown(people, "annotator", "guidelines")
        assert "You have not read these yet" in html
        assert ">New</span>" in html
        html = send(people, "annotator", "guidelines-read", number=1)
        assert "I have read this" not in html
        write_guideline(
            project=people.project, by=people.admin, text="# Two", base_number=1, now=timezone.now()
        )
        html = shown(people, "annotator", "guidelines")
        assert "Changed since you last read them" in html
        assert "This is version 1" in shown(people, "annotator", "guidelines", query="?version=1")

    def test_what_was_typed_is_kept_when_somebody_was_faster(self, people: People) -> None:
        for number, text in enumerate(("first", "first\n\ntheirs")):
            write_guideline(
                project=people.project, by=people.admin, text=text, base_number=number, now=timezone.now()
            )
        address = reverse("guidelines-edit", args=[people.project.slug])
        response = people.client("admin").post(address, {"text": "mine, long", "base_number": 1})
        html = response.content.decode()
        assert response.status_code == 400
        assert "mine, long" in html
        assert "Somebody has saved a newer version" in html
        assert re.search(r'is-new">.*theirs</li>', html)
        assert 'name="base_number" value="2"' in html
        assert Guideline.objects.count() == 2

    def test_a_version_that_is_not_there_is_not_found(self, people: People) -> None:
        for version in ("2", "x", "9" * 12):
            address = reverse("guidelines", args=[people.project.slug]) + f"?version={version}"
            assert people.client("annotator").get(address).status_code == 404


class TestBlindReview:
    @pytest.fixture
    def talked(self, people: People, task: Task) -> Task:
        people.annotator.username = "zelda"
        people.annotator.save()
        comments.add_comment(
            task=task, author=people.annotator, text="@reviewer, I, @zelda", now=timezone.now()
        )
        return task

    def look(self, people: People, task: Task) -> list[str]:
        """The pages without the list of all members, whom a comment may name."""
        pages = [
            shown(people, "reviewer", "photo", task.photo_id),
            shown(people, "reviewer", "photo-history", task.photo_id),
            shown(people, "reviewer", "project"),
        ]
        return [re.sub(r'<script id="member-names".*?</script>', "", page) for page in pages]

    def test_with_the_switch_off_every_page_tells_the_name(self, people: People, talked: Task) -> None:
        assert all("zelda" in page for page in self.look(people, talked))

    def test_with_the_switch_on_none_does(self, people: People, talked: Task) -> None:
        # Whose photo it is, is told: whoever uploads it need not be who annotates it.
        Photo.objects.update(uploaded_by=people.admin)
        QualityPolicy.objects.create(
            project=people.project, number=1, blind_review=True, made_by=people.admin, made_at=timezone.now()
        )
        for page in self.look(people, talked):
            assert "zelda" not in page
            assert "the annotator" in page
