"""Comments on tasks, and the members whom they name."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from labeling.models import AuditEvent, Comment, Membership, Mention, Task
from labeling.operations import comments, photos
from labeling.operations.inputs import InvalidComment
from labeling.policies import Forbidden, NotFound
from labeling.queries.comments import (
    count_unread_mentions,
    get_comment,
    get_mention,
    list_comments,
    list_unread_mentions,
)
from tests.integration.domain.workshop import Workshop


@pytest.fixture
def task(workshop: Workshop) -> Task:
    return workshop.open_task()


def say(workshop: Workshop, task: Task, text: str, *, index: int | None = None) -> Comment:
    reviewer = workshop.people.reviewer
    return comments.add_comment(task=task, author=reviewer, text=text, index=index, now=workshop.now)


def test_a_comment_is_about_the_photo_or_a_character(workshop: Workshop, task: Task) -> None:
    say(workshop, task, "  Blurred on the left.  ")
    say(workshop, task, "This is a B.", index=11)
    shown = list_comments(task=task, viewer=workshop.people.annotator)
    assert [(each.text, each.position) for each in shown] == [
        ("Blurred on the left.", None),
        ("This is a B.", 12),
    ]
    assert [each.is_mine for each in shown] == [False, False]
    events = AuditEvent.objects.filter(verb="comment.added").order_by("id")
    assert [event.data.get("position") for event in events] == [None, 12]


@pytest.mark.parametrize("text", ["", "   ", "\n", "x" * 1001, "\x00\x07", None, 5])
def test_a_comment_that_says_nothing_or_too_much_is_refused(
    workshop: Workshop, task: Task, text: str
) -> None:
    with pytest.raises(InvalidComment):
        say(workshop, task, text)
    assert not Comment.objects.exists()


@pytest.mark.parametrize("index", [-1, 17, True, "3", 1.5])
def test_a_character_that_no_vin_has_is_refused(workshop: Workshop, task: Task, index: int) -> None:
    with pytest.raises(InvalidComment):
        say(workshop, task, "here", index=index)


def test_the_database_refuses_what_is_about_nothing(workshop: Workshop, task: Task) -> None:
    row = say(workshop, task, "here")
    for values in ({"index": 17}, {"text": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Comment.objects.filter(pk=row.pk).update(**values)


def test_lines_stay_and_controls_go(workshop: Workshop, task: Task) -> None:
    assert say(workshop, task, "one\r\n\u202dtwo\x07\n").text == "one\n\u202dtwo"


def test_only_its_author_edits_and_deletes_it(workshop: Workshop, task: Task) -> None:
    row = say(workshop, task, "first")
    for other in (workshop.people.annotator, workshop.people.admin):
        with pytest.raises(Forbidden):
            comments.edit_comment(comment=row, by=other, text="mine now", now=workshop.now)
        with pytest.raises(Forbidden):
            comments.delete_comment(comment=row, by=other, now=workshop.now)
    with pytest.raises(NotFound):
        comments.edit_comment(comment=row, by=workshop.people.outsider, text="x", now=workshop.now)
    later = workshop.later(minutes=1)
    comments.edit_comment(comment=row, by=workshop.people.reviewer, text="second", now=later)
    (shown,) = list_comments(task=task, viewer=workshop.people.reviewer)
    assert (shown.text, shown.edited_at, shown.is_mine) == ("second", later, True)
    comments.delete_comment(comment=row, by=workshop.people.reviewer, now=later)
    assert list_comments(task=task, viewer=workshop.people.reviewer) == []
    assert AuditEvent.objects.filter(verb__startswith="comment.").count() == 3


def test_strangers_neither_read_nor_write(workshop: Workshop, task: Task) -> None:
    row = say(workshop, task, "inside")
    outsider = workshop.people.outsider
    with pytest.raises(NotFound):
        list_comments(task=task, viewer=outsider)
    with pytest.raises(NotFound):
        get_comment(user=outsider, comment_id=row.pk)
    with pytest.raises(NotFound):
        comments.add_comment(task=task, author=outsider, text="hello", now=workshop.now)


def test_whoever_is_named_finds_it_until_they_have_read_it(workshop: Workshop, task: Task) -> None:
    people = workshop.people
    say(workshop, task, "@annotator, @outsider and @reviewer: see the 8, ask @admin.", index=3)
    assert set(Mention.objects.values_list("user__username", flat=True)) == {"annotator", "admin"}
    (found,) = list_unread_mentions(project=people.project, user=people.annotator)
    assert (found.task, found.comment.position) == (task, 4)
    assert [piece.name for piece in found.comment.pieces if piece.name] == ["annotator", "admin"]
    mention = get_mention(user=people.annotator, mention_id=found.id)
    with pytest.raises(NotFound):
        get_mention(user=people.admin, mention_id=found.id)
    with pytest.raises(NotFound):
        comments.read_mention(mention=mention, by=people.admin, now=workshop.now)
    comments.read_mention(mention=mention, by=people.annotator, now=workshop.now)
    comments.read_mention(mention=mention, by=people.annotator, now=workshop.later(hours=1))
    assert mention.read_at == workshop.now
    assert count_unread_mentions(project=people.project, user=people.annotator) == 0
    assert count_unread_mentions(project=people.project, user=people.admin) == 1


def test_an_edit_names_others_and_asks_nobody_twice(workshop: Workshop, task: Task) -> None:
    people = workshop.people
    row = say(workshop, task, "@annotator look")
    comments.read_mention(mention=row.mentions.get(), by=people.annotator, now=workshop.now)
    comments.edit_comment(comment=row, by=people.reviewer, text="@annotator @admin look", now=workshop.now)
    assert count_unread_mentions(project=people.project, user=people.annotator) == 0
    assert count_unread_mentions(project=people.project, user=people.admin) == 1
    comments.edit_comment(comment=row, by=people.reviewer, text="look", now=workshop.now)
    assert not Mention.objects.exists()


def test_whoever_left_is_not_asked(workshop: Workshop, task: Task) -> None:
    Membership.objects.filter(user=workshop.people.annotator).delete()
    say(workshop, task, "@annotator look")
    assert not Mention.objects.exists()


def test_a_deleted_photo_takes_its_comments_along(workshop: Workshop, task: Task) -> None:
    say(workshop, task, "@annotator look")
    photos.delete_photo(photo=task.photo, by=workshop.people.admin, now=workshop.now)
    assert not Comment.objects.exists()


def test_a_review_keeps_its_comment_with_it_or_neither(workshop: Workshop, task: Task) -> None:
    workshop.annotate(task)
    with pytest.raises(InvalidComment):
        workshop.review(task, "rejected", reason="A character is wrong", comment="x" * 1001)
    task.refresh_from_db()
    assert task.state == "in_review"
    lease = task.leases.get(ended_at=None)
    workshop.review(task, "rejected", reason="A character is wrong", comment="A 0", comment_index=11)
    (shown,) = list_comments(task=task, viewer=workshop.people.annotator)
    assert (shown.text, shown.index, shown.revision) == ("A 0", 11, 1)
    lease.refresh_from_db()
    assert lease.end_reason == "reviewed"


def test_mentions_are_once_in_the_database(workshop: Workshop, task: Task) -> None:
    mention = say(workshop, task, "@annotator look").mentions.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Mention.objects.create(comment=mention.comment, user=mention.user, created_at=workshop.now)


def test_an_independent_reading_is_not_talked_about(workshop: Workshop, task: Task) -> None:
    say(workshop, task, "A 0, surely", index=11)
    task.state = "second_reading"
    assert list_comments(task=task, viewer=workshop.people.annotator) == []
    assert len(list_comments(task=task, viewer=workshop.people.reviewer)) == 1
