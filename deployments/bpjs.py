"""Whether the real BPJS services are used or the simulator, and how children are told."""

from bpjs_client.settings import BpjsSettings
from bpjs_simulator.server import Clinic
from deployments.ports import HOST

_ADDRESSES = {"pcare_base_url", "antrean_base_url"}


def names_real_services() -> bool:
    """Whether the environment or `.env` says where BPJS is. Raises pydantic's ValidationError."""
    return bool(_ADDRESSES & BpjsSettings().model_fields_set)


def simulator_settings(port: int) -> dict[str, str]:
    """The variables by which a child reaches the simulator; real credentials in `.env` are not sent to it."""
    clinic = Clinic()
    return {
        "BPJS_PCARE_BASE_URL": f"http://{HOST}:{port}/pcare-rest",
        "BPJS_ANTREAN_BASE_URL": f"http://{HOST}:{port}/antreanfktp",
        "BPJS_CONS_ID": clinic.cons_id,
        "BPJS_SECRET_KEY": clinic.secret_key,
        "BPJS_PCARE_USER_KEY": clinic.pcare_user_key,
        "BPJS_ANTREAN_USER_KEY": clinic.antrean_user_key,
        "BPJS_PCARE_USERNAME": clinic.username,
        "BPJS_PCARE_PASSWORD": clinic.password,
        "BPJS_KD_APLIKASI": clinic.kd_aplikasi,
        "BPJS_KD_PROVIDER": clinic.kd_provider,
    }
