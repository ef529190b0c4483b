"""Reads a job back, for the systems that handed it over (docs/integration.md)."""

from database.views.detail import find, show

__all__ = ["find", "show"]
