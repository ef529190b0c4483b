"""The clinic's antrean schedule: held against its own codes, and what changed in it."""
