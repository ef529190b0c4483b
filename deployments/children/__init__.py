"""Processes that a run starts, watches and ends."""
