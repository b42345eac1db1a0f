"""Django's admin: for superusers, and for looking."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import RequestFactory

from labeling import models
from labeling.models import User

DOMAIN = [model for model in admin.site._registry if model._meta.app_label == "labeling"]


def request_by(user: User):
    request = RequestFactory().get("/")
    request.user = user
    return request


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create(username="root", is_staff=True, is_superuser=True)


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create(username="staff", is_staff=True)


@pytest.mark.parametrize("model", DOMAIN, ids=lambda model: model.__name__)
def test_staff_see_and_do_nothing(staff: User, model: type) -> None:
    page, request = admin.site._registry[model], request_by(staff)
    assert not page.has_module_permission(request)
    assert not page.has_view_permission(request)
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)


@pytest.mark.parametrize("model", DOMAIN, ids=lambda model: model.__name__)
def test_superusers_look_and_change_accounts_alone(root: User, model: type) -> None:
    page, request = admin.site._registry[model], request_by(root)
    assert page.has_view_permission(request)
    assert page.has_change_permission(request) == (model is User)
    assert not page.has_delete_permission(request)


def test_permissions_given_to_staff_open_nothing(staff: User) -> None:
    """Staff who may edit accounts would make themselves superusers."""
    from django.contrib.auth.models import Permission

    staff.user_permissions.set(Permission.objects.all())
    again = User.objects.get(pk=staff.pk)
    assert not admin.site._registry[User].has_change_permission(request_by(again))


@pytest.mark.parametrize("model", [models.PersonalToken, models.Invitation])
def test_hashes_of_secrets_are_not_shown(root: User, model: type) -> None:
    page = admin.site._registry[model]
    shown = page.get_fields(request_by(root))
    assert not {"sha256", "token_sha256"} & set(shown)
