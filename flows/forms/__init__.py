"""What the forms of Prefect's UI share: their fields, what is typed into them, and how they forget it."""
