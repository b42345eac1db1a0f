"""The page of the quality policy."""

from __future__ import annotations

from django.urls import reverse

from labeling.models import QualityPolicy
from tests.conftest import People

FORM = {
    "review_share": "30",
    "target_error": "2",
    "double_share": "0",
    "honeypot_share": "0",
    "seeded_share": "50",
    "reason": "Trust has grown.",
    "replaces": "0",
}


def _url(people: People, name: str = "policy") -> str:
    return reverse(name, args=[people.project.slug])


def test_it_says_what_holds_and_what_it_costs(people: People) -> None:
    html = people.client("admin").get(_url(people)).content.decode()
    assert "A reviewer judges every annotation before it counts." in html
    assert "nobody has set a policy yet" in html


def test_an_admin_sets_a_policy_and_the_history_keeps_why(people: People) -> None:
    answer = people.client("admin").post(_url(people), FORM, follow=True)
    policy = QualityPolicy.objects.get()
    assert (policy.review_share, policy.target_error, policy.is_adaptive) == (0.3, 0.02, False)
    html = answer.content.decode()
    assert "Of 100 annotations about 30 wait for a reviewer; the others count at once." in html
    assert "Trust has grown." in html


def test_a_mistake_is_said_beside_its_field_and_what_was_typed_stays(people: People) -> None:
    answer = people.client("admin").post(_url(people), FORM | {"review_share": "130"})
    assert answer.status_code == 400
    assert 'value="130"' in answer.content.decode()
    assert "less than or equal to 100" in answer.content.decode()
    assert not QualityPolicy.objects.exists()


def test_who_looked_at_an_old_policy_is_told(people: People) -> None:
    people.client("admin").post(_url(people), FORM)
    answer = people.client("admin").post(_url(people), FORM | {"review_share": "80"})
    assert answer.status_code == 400
    assert "Somebody else has set the policy in the meantime" in answer.content.decode()


def test_figures_are_explained_before_they_are_set(people: People) -> None:
    typed = {"review_share": "12", "target_error": "oops", "is_adaptive": "on", "replaces": "0"}
    html = people.client("admin").get(_url(people, "policy-preview"), typed).content.decode()
    assert "about 12 wait for a reviewer, if their author errs in 2 % of them" in html
    assert not QualityPolicy.objects.exists()


def test_everybody_who_annotates_is_listed_with_their_share_and_their_work(people: People) -> None:
    html = people.client("admin").get(_url(people)).content.decode()
    for person in ("annotator", "reviewer", "admin"):
        member = people.project.memberships.get(user__username=person)
        address = reverse("quality-person", args=[people.project.slug, member.pk])
        assert f'href="{address}?days=all">{person}</a>' in html
    assert ">ml_engineer</a>" not in html


def test_what_the_project_lacks_for_the_figures_is_said(people: People) -> None:
    typed = {**FORM, "honeypot_share": "5", "double_share": "10"}
    html = people.client("admin").get(_url(people, "policy-preview"), typed).content.decode()
    assert "0 photos are known, which is too few" in html
    assert "Too few people" not in html
    people.project.memberships.filter(role="reviewer").delete()
    html = people.client("admin").get(_url(people, "policy-preview"), typed).content.decode()
    assert "Too few people" in html
