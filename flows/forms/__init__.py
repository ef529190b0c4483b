"""The forms of Prefect's UI share their fields, the reading of what is typed, and its forgetting."""
