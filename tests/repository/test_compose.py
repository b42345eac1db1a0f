"""docker-compose.yml and the Dockerfile name only what exists. No engine runs here, so the code is asked."""

from __future__ import annotations

import importlib
import importlib.util
import re
import shlex
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.urls import resolve

from labeling.queue import QUEUES
from services import commands, local
from tests.repository.sources import ROOT, list_extras, list_packages, list_settings, read

COMPOSE = yaml.safe_load(read("docker-compose.yml"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "vinloop"}
SECRETS = ("VINLOOP_SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD")


def get_command(name: str) -> list[str]:
    """The arguments of a service's process; the image's own where the service names none."""
    if "command" in OURS[name]:
        return OURS[name]["command"]
    return yaml.safe_load(re.findall(r"^CMD (.+)$", read("Dockerfile"), flags=re.MULTILINE)[-1])


def get_option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


def test_the_system_is_whole() -> None:
    expected = {
        "postgres",
        "valkey",
        "migrate",
        "web",
        "prediction",
        "finetuning",
        "transfer",
        "background",
        "beat",
    }
    assert set(SERVICES) == expected
    assert set(OURS) == expected - {"postgres", "valkey"}


@pytest.mark.parametrize("name", OURS)
def test_variables_are_settings(name: str) -> None:
    given = {key for key in OURS[name]["environment"] if key.startswith("VINLOOP_")}
    settings = list_settings()
    assert given <= set(settings)
    assert {key for key, required in settings.items() if required} <= given


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_have_no_default(name: str) -> None:
    uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", read("docker-compose.yml"))
    assert uses
    assert all(use.startswith(":?") for use in uses)


@pytest.mark.parametrize("name", OURS)
def test_command_exists(name: str) -> None:
    command = get_command(name)
    assert command[0] == "python"
    if command[1] == "-m":
        assert importlib.util.find_spec(command[2]) is not None
    else:
        assert (ROOT / command[1]).is_file()
        assert command[2] in get_commands()


def test_web_serves_the_application() -> None:
    module = importlib.import_module(get_command("web")[3])
    assert callable(module.application)


@pytest.mark.parametrize("name", ["prediction", "finetuning", "transfer", "background", "beat"])
def test_celery_finds_the_app(name: str) -> None:
    module = importlib.import_module(get_option(get_command(name), "-A"))
    assert module.app.main == "vinloop"


def test_every_queue_has_a_worker() -> None:
    workers = [get_command(name) for name in ("prediction", "finetuning", "transfer", "background")]
    taken = [queue for command in workers for queue in get_option(command, "-Q").split(",")]
    assert sorted(taken) == sorted(set(QUEUES.values()))


def test_queues_are_those_of_make_run() -> None:
    processes = commands.list_processes(local.find_local(), 8000)
    for name in ("prediction", "finetuning", "transfer", "background"):
        assert get_option(processes[name], "-Q") == get_option(get_command(name), "-Q")


@pytest.mark.parametrize("name", ["prediction", "finetuning", "transfer", "background"])
def test_worker_is_asked_under_its_name(name: str) -> None:
    asked = shlex.split(OURS[name]["healthcheck"]["test"][1])
    assert get_option(asked, "-d").split("@")[0] == get_option(get_command(name), "-n").split("@")[0]
    assert get_option(asked, "-A") == get_option(get_command(name), "-A")


def test_prediction_can_be_scaled() -> None:
    assert "container_name" not in SERVICES["prediction"]
    assert "ports" not in SERVICES["prediction"]


def test_health_path_resolves() -> None:
    test = " ".join(OURS["web"]["healthcheck"]["test"])
    [path] = re.findall(r"http://localhost:8000(/[\w/]+)", test)
    assert resolve(path).url_name == "health_ready"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_each_service_tells_its_health_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_volumes_are_declared() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])
    assert all("data:/data" in service["volumes"] for service in OURS.values())
    assert OURS["web"]["environment"]["VINLOOP_DATA_DIR"] == "/data"


def test_image_is_built_by_the_steps_of_make() -> None:
    [extras] = re.findall(r"^RUN python services/install.py (.+)$", read("Dockerfile"), flags=re.MULTILINE)
    assert set(extras.split()) <= list_extras()
    assert f"services/install.py {extras}" in read("Makefile")


def test_image_collects_static_files_with_every_required_setting() -> None:
    dockerfile = read("Dockerfile")
    required = {name for name, is_required in list_settings().items() if is_required}
    assert required <= set(re.findall(r"VINLOOP_\w+", dockerfile))


def test_image_takes_every_folder_that_runs() -> None:
    lines = read(".dockerignore").split()
    kept = [line[1:].rstrip("/") for line in lines if line.startswith("!")]
    assert all((ROOT / name).exists() for name in kept)
    needed = ["manage.py", "pyproject.toml", "bundles", "static", "templates"]
    assert set(needed + list_packages()) - set(kept) == set()
