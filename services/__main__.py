"""The commands of this folder; see USAGE."""

import importlib.util
import sys
from collections.abc import Sequence

USAGE = """python -m services run                    start the whole system on this machine (make run)
python -m services manage COMMAND ...     a command of manage.py against that system
python -m services exec -- COMMAND ...    any command, with a temporary PostgreSQL and Valkey"""


def main(arguments: Sequence[str]) -> int:
    """Run one of the commands; returns the exit code."""
    if sys.version_info < (3, 11) or importlib.util.find_spec("psutil") is None:
        print("VINloop: not installed for this Python. Use `make run`, or .venv/bin/python.", file=sys.stderr)
        return 1
    name, rest = (arguments[0], list(arguments[1:])) if arguments else ("", [])
    if rest[:1] == ["--"]:
        rest = rest[1:]
    if name == "run" and not rest:
        from services.run import run

        return run()
    if name == "manage" and rest:
        from services.run import manage

        return manage(rest)
    if name == "exec" and rest:
        from services.temporary import execute

        return execute(rest)
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
