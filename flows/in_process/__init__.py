"""Flows that run in the process that asks for them: the dispatcher's, and those of the `bpjs` command."""
