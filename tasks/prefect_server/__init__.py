"""Talking to Prefect's server: how it is started, found, entered, and what it has recorded."""
