"""The `bpjs` command: a file per command, one place where every error becomes a sentence."""

from cli.app import main

__all__ = ["main"]
