"""Processes of tests that run side by side share nothing that a test may empty, count or damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import parallel


@pytest.fixture
def variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Those of a pytest by itself, and of two processes of one."""
    alone = {
        "VINLOOP_DATA_DIR": str(tmp_path / "data"),
        "VINLOOP_STATIC_ROOT": str(tmp_path / "static"),
        "VINLOOP_BROKER_URL": "redis://:secret@127.0.0.1:6379/0",
    }
    for name, value in alone.items():
        monkeypatch.setenv(name, value)
    for name in ("data", "static"):
        (tmp_path / name).mkdir()
    return [alone, parallel.make_variables("gw0"), parallel.make_variables("gw1")]


@pytest.mark.parametrize("name", ["VINLOOP_DATA_DIR", "VINLOOP_STATIC_ROOT", "VINLOOP_BROKER_URL"])
def test_each_has_its_own(variables: list[dict[str, str]], name: str) -> None:
    assert len({each[name] for each in variables}) == len(variables)


def test_the_broker_is_the_same_server(variables: list[dict[str, str]]) -> None:
    urls = [each["VINLOOP_BROKER_URL"] for each in variables]
    assert urls == [f"redis://:secret@127.0.0.1:6379/{number}" for number in range(3)]


def test_the_folders_are_there(variables: list[dict[str, str]]) -> None:
    for each in variables:
        assert Path(each["VINLOOP_DATA_DIR"]).is_dir()
        assert Path(each["VINLOOP_STATIC_ROOT"]).is_dir()


def test_there_is_one_at_least_and_not_one_for_every_core_of_a_large_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = {}
    for cores in (None, 1, 2, 4, 64):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        counts[cores] = parallel.pytest_xdist_auto_num_workers()
    assert counts == {None: 1, 1: 1, 2: 2, 4: 4, 64: 4}
