"""Sinkronisasi on the page: Prefect is asked for it, at the first time it is imported."""

import os
from collections.abc import Sequence

from tasks.prefect_server.environment import configure, has_api_url
from web.desk import SyncUnavailable

_AWAY = (
    "Prefect tidak dapat dihubungi, jadi referensi belum dibaca ulang; coba lagi setelah Prefect berjalan."
)
_NOT_DEPLOYED = (
    "Prefect belum mengenal sync-referensi, jadi referensi belum dibaca ulang; jalankan make deploy."
)


def start_sync(names: Sequence[str], faskes: str) -> None:
    """Have Prefect read these references of a clinic. Raises SyncUnavailable."""
    configure(os.environ)
    if not has_api_url(os.environ):
        # Without an address Prefect would start a server of its own, which knows no deployment.
        raise SyncUnavailable(_AWAY)
    from tasks.prefect_server.recording import PREFECT_UNAVAILABLE  # noqa: PLC0415 - takes seconds to import
    from tasks.prefect_server.reference_sync import NotDeployed, order_sync  # noqa: PLC0415
    from tasks.prefect_server.trouble import answered  # noqa: PLC0415

    try:
        order_sync(names, faskes)
    except NotDeployed:
        raise SyncUnavailable(_NOT_DEPLOYED) from None
    except (*PREFECT_UNAVAILABLE, RuntimeError) as error:
        trouble = answered(error)
        raise SyncUnavailable(f"{trouble} Referensi belum dibaca ulang." if trouble else _AWAY) from None
