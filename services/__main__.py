"""`python -m services exec -- COMMAND...`: the command, with a temporary PostgreSQL and Valkey."""

import sys

USAGE = """python -m services exec -- COMMAND...   run a command with a temporary PostgreSQL and Valkey"""


def main(arguments: list[str]) -> int:
    """Run one of the commands; returns the exit code."""
    if arguments[:1] == ["exec"]:
        from services.temporary import execute

        command = arguments[2:] if arguments[1:2] == ["--"] else arguments[1:]
        if command:
            return execute(command)
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
