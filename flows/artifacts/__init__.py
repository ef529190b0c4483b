"""The tables and pages that flows leave in Prefect."""
