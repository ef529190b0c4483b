"""Prefect's server is started, found and entered here, and asked for what it has recorded."""
