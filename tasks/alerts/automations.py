"""The automations by which Prefect tells somebody: made or brought up to date when we deploy."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast
from uuid import UUID

from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import SyncPrefectClient
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

from tasks.alerts.schedule_news import SCHEDULE_CHANGED
from tasks.alerts.settings import AlertSettings
from tasks.alerts.subjects import CAUSE, RESOURCE, SINCE
from tasks.alerts.summary import SUMMARY
from tasks.alerts.watch import ALIVE, CAUSE_CAME, LONG_WAIT, MANY_FAILURES, STOPPED

BLOCK_NAME = "bpjs-peringatan"
PREFIX = "BPJS: "
_PLAIN = "{{ event.payload.pesan }}"
_SAID = f"{_PLAIN}\n{{{{ event.resource.id }}}}"


class NoSuchBlock(Exception):
    """The notification block that the settings name is not there."""


@dataclass(frozen=True)
class Alert:
    """One automation: on which event, how often at most for one subject, and what it says."""

    name: str
    event: str
    within: timedelta  # tells once in this time; of a sign of life: the longest silence
    body: str = _SAID
    about: frozenset[str] = frozenset({RESOURCE})
    silence: bool = field(default=False)  # tells when the event does not come any more


def alerts(settings: AlertSettings) -> Iterator[Alert]:
    """All of them."""
    silent = timedelta(minutes=settings.alert_silent_minutes)
    yield Alert("layanan berhenti", STOPPED, timedelta(days=1), about=frozenset({RESOURCE, SINCE, CAUSE}))
    yield Alert("pekerjaan menunggu terlalu lama", LONG_WAIT, timedelta(hours=1))
    yield Alert("banyak pekerjaan gagal", MANY_FAILURES, timedelta(hours=1))
    a_day = timedelta(days=1)
    yield Alert("jadwal antrean berubah", SCHEDULE_CHANGED, a_day, about=frozenset({RESOURCE, SINCE}))
    yield Alert("sebab kegagalan", CAUSE_CAME, a_day, body=_PLAIN, about=frozenset({RESOURCE, SINCE}))
    yield Alert("ringkasan harian", SUMMARY, a_day, body=_PLAIN, about=frozenset({RESOURCE, SINCE}))
    said = f"Dispatcher tidak memberi kabar selama {settings.alert_silent_minutes:g} menit."
    yield Alert("dispatcher diam", ALIVE, silent, body=f"{said}\n{{{{ event.resource.id }}}}", silence=True)


def install_alerts(client: SyncPrefectClient, settings: AlertSettings) -> int:
    """Create or update the automations; how many there are, 0 when the settings name nobody to tell.

    One that is as it should be is left alone, for with an update Prefect forgets what it has told already.
    Raises NoSuchBlock, and what Prefect's client raises when its server cannot be reached.
    """
    block = _block(client, settings)
    if block is None:
        return 0
    made = [_automation(alert, block) for alert in alerts(settings)]
    for automation in made:
        known = client.read_automations_by_name(automation.name)
        if not known:
            client.create_automation(automation)
            continue
        automation.enabled = known[0].enabled  # somebody may have switched it off
        if AutomationCore.model_validate(known[0].model_dump()) != automation:
            client.update_automation(known[0].id, automation)
    return len(made)


def _block(client: SyncPrefectClient, settings: AlertSettings) -> UUID | None:
    if settings.alert_block:
        slug, _, name = settings.alert_block.partition("/")
        try:
            return client.read_block_document_by_name(name, slug).id
        except ObjectNotFound as missing:
            raise NoSuchBlock(settings.alert_block) from missing
    if not settings.alert_url.get_secret_value():
        return None
    webhook = CustomWebhookNotificationBlock(
        name=BLOCK_NAME,
        url="{{url}}",
        json_data={"subject": "{{subject}}", "body": "{{body}}"},
        secrets={"url": settings.alert_url.get_secret_value()},
    )
    return cast(UUID, webhook.save(BLOCK_NAME, overwrite=True))


def _automation(alert: Alert, block: UUID) -> AutomationCore:
    return AutomationCore(
        name=f"{PREFIX}{alert.name}",
        description="Dibuat saat deploy; ubah lewat BPJS_ALERT_… lalu deploy lagi.",
        enabled=True,
        trigger=EventTrigger(
            after={alert.event} if alert.silence else set(),
            expect={alert.event},
            for_each=set(alert.about),
            posture=Posture.Proactive if alert.silence else Posture.Reactive,
            threshold=1,
            within=alert.within,
        ),
        actions=[SendNotification(block_document_id=block, subject=f"{PREFIX}{alert.name}", body=alert.body)],
    )
