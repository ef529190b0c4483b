"""The pages, tables and links that staff see in Prefect's UI."""
