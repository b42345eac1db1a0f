"""What is generated is in step with what it is generated from."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from labeling import states
from tests.repository.sources import read


def test_states_diagram_is_that_of_the_tables() -> None:
    assert read("docs/states.md") == states.render_diagrams()


@pytest.mark.django_db
def test_migrations_are_in_step_with_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
