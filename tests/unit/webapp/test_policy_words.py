"""What a policy means, in words and counts."""

from __future__ import annotations

from labeling.models import QualityPolicy
from webapp.policy_words import Cost, describe_policy, estimate_cost, list_warnings


def test_the_defaults_are_one_sentence_and_a_review_for_each_photo() -> None:
    assert describe_policy(QualityPolicy()) == ["A reviewer judges every annotation before it counts."]
    assert estimate_cost(QualityPolicy()) == Cost(readings=100, probes=0, reviews=100, unreviewed=0)


def test_every_figure_that_does_something_is_a_sentence() -> None:
    rules = QualityPolicy(
        review_share=0.3,
        is_adaptive=True,
        target_error=0.015,
        double_share=0.1,
        honeypot_share=0.05,
        seeded_share=0.4,
        blind_review=True,
    )
    words = " ".join(describe_policy(rules))
    for said in ("about 30 wait", "errs in 1.5 %", "about 10 are read by two", "about 5 are known", "40 %"):
        assert said in words
    assert words.endswith("Reviewers do not see whose work they judge.")


def test_costs_count_second_readings_and_known_photos() -> None:
    rules = QualityPolicy(review_share=0.5, double_share=0.2, honeypot_share=0.2)
    assert estimate_cost(rules) == Cost(readings=150, probes=30, reviews=50, unreviewed=40)


def test_a_project_without_reviews_says_what_is_reviewed_all_the_same() -> None:
    (sentence,) = describe_policy(QualityPolicy(review_share=0))
    assert "sent back" in sentence


def test_what_is_lacking_is_said_only_where_it_is_wanted() -> None:
    assert list_warnings(QualityPolicy(), known=0, readers=1, judges=1) == []
    rules = QualityPolicy(honeypot_share=0.1, double_share=0.1)
    assert len(list_warnings(rules, known=3, readers=2, judges=1)) == 2
    assert list_warnings(rules, known=100, readers=3, judges=2) == []
