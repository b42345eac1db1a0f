"""What a person is asked to do next."""

from dataclasses import replace

from webapp.next_steps import Situation, list_next_steps

ANNOTATOR = {"upload": True, "annotate": True}
REVIEWER = {**ANNOTATOR, "review": True}
ENGINEER = {"upload": True, "train": True}
BUSY = Situation(to_annotate=3, to_review=2, newly_accepted=5, passed_version="v2", passed_version_key="k")


def _places(can: dict[str, bool], now: Situation) -> list[str]:
    return [step.place for step in list_next_steps(can=can, now=now)]


def test_reviews_come_before_annotations_as_somebody_waits_for_them() -> None:
    assert _places(REVIEWER, BUSY) == ["review", "annotate"]


def test_nobody_is_sent_where_they_may_not_go() -> None:
    assert _places(ANNOTATOR, BUSY) == ["annotate"]
    assert _places(ENGINEER, BUSY) == ["model", "datasets"]


def test_what_is_in_hand_comes_first_and_instead_of_more_of_its_kind() -> None:
    held = replace(BUSY, in_hand="door.jpg", in_hand_for="annotate")
    assert _places(REVIEWER, held) == ["annotate", "review"]
    assert "door.jpg" in list_next_steps(can=REVIEWER, now=held)[0].title
    assert _places({}, replace(held, in_hand_for="review")) == ["review"]


def test_before_the_first_snapshot_none_is_spoken_of() -> None:
    accepted = Situation(newly_accepted=1)
    assert list_next_steps(can=ENGINEER, now=accepted)[0].title.endswith("since the last snapshot")
    first = list_next_steps(can=ENGINEER, now=replace(accepted, has_snapshot=False))[0]
    assert first.title == "1 photo was accepted"


def test_a_version_that_passed_leads_to_its_page() -> None:
    assert list_next_steps(can=ENGINEER, now=BUSY)[0].key == "k"


def test_a_snapshot_waits_for_the_run_that_is_under_way() -> None:
    frozen = Situation(untrained_snapshot="June")
    assert _places(ENGINEER, frozen) == ["runs"]
    running = Situation(untrained_snapshot="June", open_run="run 3", open_run_key="k")
    assert _places(ENGINEER, running) == ["run"]


def test_with_nothing_to_do_there_is_still_one_thing() -> None:
    assert _places(ANNOTATOR, Situation()) == ["photos"]
    assert _places({}, Situation()) == ["photos"]


def test_unread_photos_without_a_model_are_explained() -> None:
    (step,) = list_next_steps(can=ANNOTATOR, now=Situation(unread=4, has_champion=False))
    assert step.title == "4 photos are being read"
    assert "No model version is in service" in step.text


def test_an_audit_waits_for_reviewers_and_its_failure_for_engineers() -> None:
    now = Situation(to_audit=7, missed_round="round 2", missed_round_key="k", to_annotate=1)
    assert _places(REVIEWER, now) == ["sheet", "annotate"]
    (step,) = list_next_steps(can=ENGINEER, now=now)
    assert (step.place, step.key) == ("round", "k")
    assert step.title == "The audit of round 2 misses its target"


def test_one_is_not_many() -> None:
    assert (
        list_next_steps(can=ANNOTATOR, now=Situation(to_annotate=1))[0].title
        == "1 photo waits for annotation"
    )


def test_a_new_project_says_that_it_is_empty() -> None:
    for has_photos, title in ((False, "This project has no photos yet"), (True, "Nothing waits for you")):
        (step,) = list_next_steps(can={"upload": True}, now=Situation(has_photos=has_photos))
        assert step.title == title
