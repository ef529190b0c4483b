"""The variables that make children use the simulator."""

from bpjs_simulator.server import Clinic
from deployments.children.ports import HOST


def simulator_settings(port: int) -> dict[str, str]:
    """The variables by which a child reaches the simulator; real credentials in `.env` are not sent to it."""
    clinic = Clinic()
    return {
        "BPJS_SIMULATED": "true",
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
