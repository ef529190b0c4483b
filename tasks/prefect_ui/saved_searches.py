"""The filters that Prefect's UI offers by name, so that staff never type one."""

from collections.abc import Mapping

from prefect.client.orchestration import SyncPrefectClient

# Each card -> the states of the task runs behind it, as Prefect's UI names them (see tasks/states.py).
STATES: dict[str, tuple[str, ...]] = {
    "total": (),
    "menunggu": ("Ditunda", "Running", "Pending"),
    "berhasil": ("Completed",),
    "gagal": ("Failed",),
}
Days = Mapping[str, str | int]
_TODAY: Days = {"type": "period", "period": "Today"}
_WEEK: Days = {"type": "span", "seconds": -7 * 86_400}
# Name -> (states, which days).
SEARCHES: dict[str, tuple[tuple[str, ...], Days]] = {
    "Hari ini": (STATES["total"], _TODAY),
    "Gagal hari ini": (STATES["gagal"], _TODAY),
    "Menunggu hari ini": (STATES["menunggu"], _TODAY),
    "Berhasil hari ini": (STATES["berhasil"], _TODAY),
    "Gagal 7 hari": (STATES["gagal"], _WEEK),
    "Menunggu 7 hari": (STATES["menunggu"], _WEEK),
}


def save_searches(client: SyncPrefectClient) -> int:
    """Create or replace them; how many there are.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    for name, (states, days) in SEARCHES.items():
        filters = [_filter("range", days), *([_filter("state", list(states))] if states else [])]
        client.request("PUT", "/saved_searches/", json={"name": name, "filters": filters})
    return len(SEARCHES)


def _filter(name: str, value: object) -> dict[str, object]:
    """As the UI itself writes it."""
    return {"object": "flowRun", "property": name, "type": "", "operation": "", "value": value}
