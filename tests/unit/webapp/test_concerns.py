"""What is pointed out to a team lead, and what chance explains as well."""

from labeling.measures import Share
from labeling.models import User
from labeling.queries.figures import AnnotatorFigures, ReviewerFigures
from webapp.concerns import Concern, find_concerns

ANNA, BEN = User(pk=1, username="anna"), User(pk=2, username="ben")


def annotator(person: User, wrong: Share = Share(4, 100), **more: object) -> AnnotatorFigures:  # noqa: B008
    values = {"annotations": 100, "reviewed": Share(wrong.of, 100), "wrong": wrong}
    return AnnotatorFigures(person, None, **(values | more))


def reviewer(person: User, found: int, overturned: Share = Share()) -> ReviewerFigures:  # noqa: B008
    return ReviewerFigures(person, None, 100, Share(100 - found, 100), found, 0, overturned, None)


def kinds(
    *annotators: AnnotatorFigures, reviewers: tuple[ReviewerFigures, ...] = ()
) -> list[tuple[User, str]]:
    return [(concern.person, concern.did) for concern in find_concerns(annotators, reviewers)]


def test_a_good_team_is_left_alone() -> None:
    assert kinds(annotator(ANNA), annotator(BEN), reviewers=(reviewer(ANNA, 4), reviewer(BEN, 5))) == []


def test_who_errs_more_than_the_others_is_named_with_the_figures() -> None:
    concerns = find_concerns([annotator(ANNA), annotator(BEN, Share(20, 100))], [])
    text = (
        "Review changed or sent back 20 % of what ben submitted (13 % to 29 %), "
        "and 4.0 % of what the others did."
    )
    assert concerns == [Concern(BEN, text, "wrong")]


def test_whoever_errs_most_comes_first() -> None:
    carl = User(pk=3, username="carl")
    team = [annotator(ANNA, Share(0, 300)), annotator(BEN, Share(20, 100)), annotator(carl, Share(40, 100))]
    assert kinds(*team) == [(carl, "wrong"), (BEN, "wrong")]


def test_three_mistakes_of_ten_prove_nothing() -> None:
    assert kinds(annotator(ANNA), annotator(BEN, Share(3, 10))) == []


def test_one_person_alone_is_not_worse_than_anybody() -> None:
    assert kinds(annotator(BEN, Share(90, 100))) == []


def test_who_misses_more_known_photos_than_the_others() -> None:
    good, bad = annotator(ANNA, missed=Share(1, 40)), annotator(BEN, missed=Share(12, 40))
    assert kinds(good, bad) == [(BEN, "missed")]
    assert kinds(good, annotator(BEN, missed=Share(3, 10))) == []


def test_haste_and_work_that_nobody_reviewed() -> None:
    assert kinds(annotator(ANNA, fast=Share(5, 50))) == [(ANNA, "fast")]
    assert kinds(annotator(ANNA, fast=Share(4, 50))) == []
    assert kinds(annotator(ANNA, Share(0, 0), reviewed=Share(0, 100))) == [(ANNA, "annotated")]


def test_a_reviewer_who_finds_far_less_than_the_others() -> None:
    assert kinds(reviewers=(reviewer(ANNA, 20), reviewer(BEN, 1))) == [(BEN, "judged_accepted")]
    assert kinds(reviewers=(reviewer(ANNA, 5), reviewer(BEN, 3))) == []
    assert kinds(reviewers=(reviewer(BEN, 0),)) == []


def test_a_reviewer_whose_verdicts_do_not_stand() -> None:
    assert kinds(reviewers=(reviewer(ANNA, 5, Share(15, 100)),)) == [(ANNA, "overturned")]
    assert kinds(reviewers=(reviewer(ANNA, 5, Share(5, 100)),)) == []
