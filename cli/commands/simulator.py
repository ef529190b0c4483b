"""`bpjs simulator`: the BPJS double."""

from pathlib import Path
from typing import Annotated

import typer

from cli.terminal import UserError, error_console
from tasks.machine_words import why


def simulator(
    port: Annotated[
        int, typer.Option(min=1, max=65534, help="Port BPJS; kendalinya pada port berikutnya.")
    ] = 4010,
    latency_ms: Annotated[int, typer.Option(min=0, max=600_000, help="Tunda setiap jawaban.")] = 0,
    fault: Annotated[
        list[str] | None, typer.Option(metavar="NAMA=LAJU", help="Gangguan, misalnya drop-after=0.1.")
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="Simpan yang diterima di berkas ini, dan lanjutkan isinya.", dir_okay=False),
    ] = None,
) -> None:
    """Menjalankan tiruan kedua layanan BPJS di komputer ini, sampai Ctrl-C."""
    # Only this command needs it.
    from bpjs_simulator.server import LedgerUnusable, Simulator, UnknownFault, serve  # noqa: PLC0415

    def started(running: Simulator) -> None:
        error_console().print(
            f"PCare {running.pcare_url}\nAntrean {running.antrean_url}\nKendali {running.control_url}"
        )
        if ledger is not None:
            error_console().print(
                f"Yang diterima disimpan di {ledger.absolute()}", markup=False, soft_wrap=True
            )

    try:
        serve(port=port, latency_ms=latency_ms, faults=_rates(fault or []), ledger=ledger, started=started)
    except UnknownFault as unknown:
        raise UserError(f"--fault: {unknown}.") from None
    except LedgerUnusable as cause:
        raise UserError(f"--ledger {ledger}: {cause}.") from None
    except OSError as cause:
        raise UserError(f"Port {port} atau {port + 1} tidak dapat dipakai: {why(cause)}.") from None


def _rates(faults: list[str]) -> dict[str, float]:
    rates = {}
    for fault in faults:
        name, _, rate = fault.partition("=")
        try:
            rates[name] = float(rate)
        except ValueError:
            raise UserError(f"--fault {fault}: tulis NAMA=LAJU, misalnya drop-after=0.1.") from None
    return rates
