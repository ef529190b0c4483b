"""A job is read back here by the systems that handed it over (docs/integration.md)."""

from database.views.detail import find, show

__all__ = ["find", "show"]
