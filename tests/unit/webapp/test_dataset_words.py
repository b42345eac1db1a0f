"""What the page of datasets says before a snapshot is frozen."""

import pytest

from webapp.dataset_words import describe_wait


@pytest.mark.parametrize("labels", [0, 300, 20_000])
def test_a_short_wait_is_not_worth_a_word(labels: int) -> None:
    assert describe_wait(labels) == ""


def test_a_long_wait_is_told() -> None:
    assert describe_wait(86_000).startswith("So many take about 20 seconds")
