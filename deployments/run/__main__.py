"""The entry of `make run` and `make demo`: it speaks before it loads what takes seconds."""

import sys


def main() -> int:
    """Run; the exit code."""
    if sys.stdout.isatty():
        sys.stdout.write("… Sebentar\r")  # the next line takes its place
        sys.stdout.flush()
    from deployments.run.command import main as run  # noqa: PLC0415 - a second or more

    return run()


if __name__ == "__main__":
    sys.exit(main())
