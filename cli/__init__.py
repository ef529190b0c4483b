"""The `bpjs` command: a file per command, one place where every error becomes a sentence."""


def main() -> None:
    """Run the command line and exit; what takes long to load is loaded while the first second counts."""
    from cli.patience import patience  # noqa: PLC0415

    patience.begin()
    from cli.app import main as run  # noqa: PLC0415 - a second or more

    run()
