"""What many viewers see is asked of the database once in two seconds, and at once when one of them acts."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from cachetools import TTLCache

T = TypeVar("T")
_SECONDS, _MOST = 2.0, 256


class Looks(Generic[T]):
    """Thread-safe. A key holds all that a look depends on: the clinics that one sees, and the filter."""

    def __init__(self) -> None:
        self._kept: TTLCache[Hashable, T] = TTLCache(_MOST, _SECONDS)
        self._lock = Lock()

    def at(self, key: Hashable, look: Callable[[], T]) -> T:
        """The look of a moment ago, or a new one. Raises what `look` raises."""
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            kept = look()
            with self._lock:
                self._kept[key] = kept
        return kept

    def forget(self) -> None:
        """Somebody did something: every next look is a new one."""
        with self._lock:
            self._kept.clear()
