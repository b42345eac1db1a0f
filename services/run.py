"""`python -m services run`: the whole system on one machine, until Ctrl-C."""

import contextlib
import errno
import fcntl
import hashlib
import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import FrameType

from services import postgres, servers, valkey
from services.commands import Commands, list_processes
from services.local import (
    ROOT,
    CannotStart,
    Local,
    find_local,
    get_postgres,
    get_valkey,
    make_environment,
    prepare_folder,
    read_demo_people,
    read_environment,
)
from services.supervisor import Service, Supervisor, die_with_parent, end_left_behind

DEMO_PHOTOS = 24
DEMO_SEED = 2024
LONGEST_START = 90.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def tell(line: str) -> None:
    """Say something to the person at the terminal."""
    with contextlib.suppress(OSError):  # The terminal may be gone; stopping goes on.
        print(f"VINloop: {line}", flush=True)


def run() -> int:
    """Start everything, say who can log in, and keep it running; returns the exit code."""
    for number in STOP_SIGNALS:
        signal.signal(number, _leave)
    local = find_local()
    try:
        port = _read_port()
        prepare_folder(local)
        with _only_one(local):
            _run(local, port)
    except (CannotStart, servers.ServerFailed) as error:
        tell(str(error))
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        tell(f"The disk is full. Free some space and start again; nothing in {local.folder} is lost.")
        return 1
    return 0


def _leave(number: int, frame: FrameType | None) -> None:
    # A second signal must not interrupt the stopping.
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(0)


def _read_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


@contextlib.contextmanager
def _only_one(local: Local) -> Iterator[None]:
    with (local.folder / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            port = read_environment(local).get("PORT", "")
            raise CannotStart(f"This folder's system is running already: http://localhost:{port}/") from error
        yield


def _run(local: Local, port: int) -> None:
    begun = time.monotonic()
    if end_left_behind(local.processes_file, str(local.folder)):
        tell("Ended what an earlier start had left running.")
    if not servers.is_port_free(port):
        raise CannotStart(f"Port {port} is taken by another program. Take another one: PORT=8123 make run")
    supervisor = Supervisor(local.processes_file, tell)
    try:
        commands = Commands(local, _start_servers(local, supervisor, port))
        _prepare(commands)
        # The page first: the workers would take the processor from it for a few seconds.
        web, *workers = list_processes(local, port).items()
        _start(supervisor, commands, *web)
        _wait_for_page(commands, supervisor, port)
        seconds = time.monotonic() - begun
        for worker in workers:
            _start(supervisor, commands, *worker)
        _once(local, "demo-read", "done", partial(_read_demo, commands))
        _greet(local, port, seconds)
        supervisor.watch()
    finally:
        tell("Stopping ...")
        supervisor.stop()


def _start(supervisor: Supervisor, commands: Commands, name: str, arguments: Sequence[str]) -> None:
    supervisor.add(Service(name, partial(commands.spawn, name, arguments)))


def _start_servers(local: Local, supervisor: Supervisor, port: int) -> dict[str, str]:
    tell("Starting PostgreSQL and Valkey ...")
    variables = make_environment(local, port=port)
    database = get_postgres(local, variables)
    if not database.data.exists():
        postgres.initialize(database)
    stop = postgres.STOP_SIGNAL
    supervisor.add(Service("postgres", partial(postgres.start, database, before=die_with_parent(stop)), stop))
    broker = get_valkey(local, variables)
    supervisor.add(Service("valkey", partial(valkey.start, broker, before=die_with_parent(signal.SIGTERM))))
    return variables


def _prepare(commands: Commands) -> None:
    commands.manage("migrate", "--no-input")
    collect = partial(commands.manage, "collectstatic", "--no-input", "--clear")
    _once(commands.local, "static", _hash_static(), collect)
    _once(commands.local, "demo", "made", partial(_make_demo, commands))


def _once(local: Local, name: str, state: str, step: Callable[[], None]) -> None:
    """Do a step unless it was done for the same state of things."""
    stamp = local.stamp(name)
    if stamp.exists() and stamp.read_text() == state:
        return
    step()
    stamp.write_text(state)


def _hash_static() -> str:
    """A digest that changes with all that is collected: our files, and those of the packages."""
    digest = hashlib.sha256()
    sources = [
        ROOT / "pyproject.toml",
        ROOT / "webapp" / "settings.py",
        *sorted((ROOT / "static").rglob("*")),
    ]
    for path in sources:
        if path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _make_demo(commands: Commands) -> None:
    photos = commands.local.folder / "demo-photos"
    tell(f"Rendering {DEMO_PHOTOS} demo photos ...")
    options = ["--out", str(photos), "--count", str(DEMO_PHOTOS), "--seed", str(DEMO_SEED)]
    commands.run("training", "-m", "training", "demo", *options)
    tell("Making the demo project and its people ...")
    commands.manage("create_demo", "--photos", str(photos))


def _read_demo(commands: Commands) -> None:
    """Whoever logs in first finds photos to correct, not photos that wait to be read."""
    tell("The worker reads the demo photos ...")
    commands.manage("wait_until_read")


def _wait_for_page(commands: Commands, supervisor: Supervisor, port: int) -> None:
    web = next(service for service in supervisor.services if service.name == "web")
    deadline = time.monotonic() + LONGEST_START
    while not _page_answers(port):
        ended = web.process is None or web.process.poll() is not None
        if ended or time.monotonic() > deadline:
            raise CannotStart(f"The page does not answer: {commands.quote_log('web')}")
        time.sleep(0.1)


def _page_answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{servers.HOST}:{port}/health/live", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def _greet(local: Local, port: int, seconds: float) -> None:
    tell(f"Ready after {seconds:.1f} s: http://localhost:{port}/")
    for person in read_demo_people(local):
        print(f"  {person['role']:<12} {person['username']:<14} {person['password']}", flush=True)
    tell(f"Logs are in {local.folder / 'log'}. Ctrl-C stops everything.")


def manage(arguments: Sequence[str]) -> int:
    """Run a command of manage.py against the local system, which must be running."""
    local = find_local()
    variables = read_environment(local)
    if not variables:
        tell("Nothing has been started in this folder yet: make run")
        return 1
    return Commands(local, variables).manage_in_terminal(arguments)
