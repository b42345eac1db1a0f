"""Guidelines: versions by admins, and who has read which."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from labeling.models import AuditEvent, Guideline, User
from labeling.operations.guidelines import InvalidGuideline, StaleGuideline, read_guideline, write_guideline
from labeling.policies import Forbidden, NotFound
from labeling.queries.guidelines import compare_guidelines, get_guideline_state, list_guidelines
from tests.integration.domain.workshop import Workshop


def write(workshop: Workshop, text: str, base: int = 0, by: User | None = None) -> Guideline:
    project, admin = workshop.people.project, workshop.people.admin
    return write_guideline(
        project=project, by=by or admin, text=text, base_number=base, note="why", now=workshop.now
    )


def is_news(workshop: Workshop, user: User) -> bool:
    return get_guideline_state(project=workshop.people.project, user=user).is_news


def test_a_new_version_is_news_until_it_is_read(workshop: Workshop) -> None:
    people = workshop.people
    assert not is_news(workshop, people.annotator)
    write(workshop, "# Zero\nis never O.")
    assert is_news(workshop, people.annotator)
    assert not is_news(workshop, people.admin)  # who wrote it has read it
    read_guideline(project=people.project, by=people.annotator, number=1, now=workshop.now)
    assert not is_news(workshop, people.annotator)
    write(workshop, "# Zero\nis never the letter O.", base=1)
    assert is_news(workshop, people.annotator)
    read_guideline(project=people.project, by=people.annotator, number=2, now=workshop.now)
    read_guideline(project=people.project, by=people.annotator, number=1, now=workshop.now)
    assert not is_news(workshop, people.annotator)
    events = AuditEvent.objects.filter(verb="guidelines.written").order_by("id")
    assert [event.data["number"] for event in events] == [1, 2]


def test_the_lines_that_changed_are_told(workshop: Workshop) -> None:
    before = write(workshop, "same\nold line")
    after = write(workshop, "same\nnew line\nmore", base=1)
    changed = [(line.is_new, line.text) for line in compare_guidelines(before, after)]
    assert changed == [(False, "old line"), (True, "new line"), (True, "more")]


def test_nobody_overwrites_a_version_that_they_have_not_seen(workshop: Workshop) -> None:
    write(workshop, "first")
    with pytest.raises(StaleGuideline):
        write(workshop, "second", base=0)
    with pytest.raises(InvalidGuideline):
        write(workshop, "first\n", base=1)
    assert [row.text for row in list_guidelines(project=workshop.people.project)] == ["first"]


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 40_001, None])
def test_a_text_that_says_nothing_or_too_much_is_refused(workshop: Workshop, text: str) -> None:
    with pytest.raises(InvalidGuideline):
        write(workshop, text)


def test_markdown_keeps_its_indentation(workshop: Workshop) -> None:
    assert write(workshop, "- a\r\n    - b\x07  \r\n").text == "- a\n    - b"


def test_only_admins_write_and_only_members_read(workshop: Workshop) -> None:
    people = workshop.people
    for person in (people.annotator, people.reviewer, people.ml_engineer):
        with pytest.raises(Forbidden):
            write(workshop, "mine", by=person)
    with pytest.raises(NotFound):
        write(workshop, "mine", by=people.outsider)
    write(workshop, "first")
    with pytest.raises(NotFound):
        read_guideline(project=people.project, by=people.outsider, number=1, now=workshop.now)
    with pytest.raises(NotFound):
        read_guideline(project=people.project, by=people.annotator, number=2, now=workshop.now)


def test_a_version_is_never_changed(workshop: Workshop) -> None:
    write(workshop, "first")
    with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
        Guideline.objects.update(text="changed")
