"""Audit events as lines: what one person did many times is told once, and never counted too low."""

from datetime import UTC, datetime, timedelta

from labeling.models import AuditEvent, User
from labeling.queries.blindness import HIDDEN_NAME
from labeling.queries.pages import RECENT_EVENTS
from webapp.templatetags.events import gather_events

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def _make_events(
    verb: str, count: int, *, username: str = "ann", back: int = 0, **data: object
) -> list[AuditEvent]:
    user = User(pk=1, username=username)
    times = [NOW - timedelta(minutes=back + place) for place in range(count)]
    return [AuditEvent(verb=verb, actor=user, data=data, created_at=at) for at in times]


def _say(events: list[AuditEvent]) -> list[str]:
    return [line["sentence"] for line in gather_events(events)]


def test_many_in_one_sitting_are_one_line() -> None:
    assert _say(_make_events("photo.uploaded", 3, name="a.jpg")) == ["ann uploaded 3 photos"]


def test_where_the_list_is_full_there_may_be_more() -> None:
    assert _say(_make_events("photo.uploaded", RECENT_EVENTS)) == ["ann uploaded 100 or more photos"]
    newest = _make_events("review.submitted", 2)
    older = _make_events("photo.uploaded", RECENT_EVENTS - 2, back=60)
    assert _say(newest + older) == ["ann reviewed 2 annotations", "ann uploaded 98 or more photos"]


def test_a_bulk_action_is_told_as_the_queue_tells_it() -> None:
    lowered = _make_events("bulk_action.done", 1, kind="lower", changed=28, undone=0)
    assert _say(lowered) == ["ann changed the queue: 28 tasks lowered"]


def test_what_stands_for_a_hidden_name_begins_the_sentence() -> None:
    hidden = _make_events("annotation.submitted", 2, username=HIDDEN_NAME)
    assert _say(hidden) == ["The annotator submitted 2 annotations"]


def test_promotions_name_both_versions_where_they_were_written_down() -> None:
    told = _make_events("model_version.promoted", 1, kind="promote", version="v2", previous="v1")
    assert _say(told) == ["ann promoted v2 in place of v1"]
    before = _make_events("model_version.promoted", 1, kind="promote", previous="v1")
    assert _say(before) == ["ann promoted a model version in place of v1"]
