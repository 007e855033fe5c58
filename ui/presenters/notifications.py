"""Notifications, channels and deliveries in words."""

from collections.abc import Sequence
from typing import Any, TypedDict

from models import DeliveryStatus
from policy.wording import said
from services.notifications.channels import ChannelRecord
from services.notifications.delivery_log import MOST_SHOWN, DeliveryRecord
from services.notifications.inbox import Inbox, NotificationRecord
from services.notifications.unread import MOST_COUNTED
from ui.presenters.locale import Locale
from ui.presenters.records import Cell, act, cell, row, table, time_cell
from ui.presenters.words import STATUS, clipped

EVENTS = {
    "failed": said("What failed, also in part"),
    "all": said("Everything that ends"),
}
_DELIVERIES = {
    DeliveryStatus.PENDING: (said("Pending"), "waiting"),
    DeliveryStatus.SENT: (said("Sent"), "good"),
    DeliveryStatus.FAILED: (said("Failed"), "bad"),
    DeliveryStatus.SKIPPED: (said("Skipped"), "quiet"),
}
_LEFT = (said("Not sent"), "bad")
_WHY_LEFT = said("The run that was to send it ended before it recorded that it did.")


class BellView(TypedDict):
    """How many are unread, or nothing; and what the bell is called."""

    unread: str
    bell: str


def bell(unread: int, locale: Locale) -> BellView:
    """The bell of every page: its number, and its name for who does not see it."""
    if not unread:
        return {"unread": "", "bell": locale.say("Notifications")}
    many = unread >= MOST_COUNTED
    number = f"{MOST_COUNTED - 1}+" if many else locale.number(unread)
    return {"unread": number, "bell": locale.say("Notifications, {number} unread", number=number)}


def inbox_table(inbox: Inbox, locale: Locale) -> dict[str, Any]:
    """What the person was told."""
    return table(
        locale.say("Notifications"),
        [
            locale.say("Operation"),
            locale.say("Outcome"),
            locale.say("Tenant"),
            locale.say("When"),
        ],
        [_told(one, locale) for one in inbox.items],
        testid="notifications",
        row_testid="notification-item",
        empty=locale.say("Nothing yet. Ask to be told when you start something."),
        acts=locale.say("Actions"),
    )


def channels_table(
    channels: Sequence[ChannelRecord], locale: Locale, *, is_own: bool
) -> dict[str, Any]:
    """The channels of the person, or of the workspace; only those choose what they hear of."""
    events = [] if is_own else [locale.say("Told of")]
    return table(
        locale.say("Channels"),
        [locale.say("Name"), locale.say("Leads to"), *events, locale.say("Added")],
        [_channel(one, locale, is_own=is_own) for one in channels],
        testid="channels",
        row_testid="channel-row",
        empty=locale.say("No channel is set up."),
        acts=locale.say("Actions"),
    )


def deliveries_table(deliveries: Sequence[DeliveryRecord], locale: Locale) -> dict[str, Any]:
    """The log of what was sent."""
    return table(
        locale.say("Delivery log"),
        [
            locale.say("Channel"),
            locale.say("Status"),
            locale.say("Attempts"),
            locale.say("Run"),
            locale.say("When"),
        ],
        [_delivery(one, locale) for one in deliveries],
        testid="delivery-log",
        row_testid="delivery-row",
        empty=locale.say("Nothing was sent yet."),
        note=(
            locale.say("Only the latest {count} are shown.", count=MOST_SHOWN)
            if len(deliveries) >= MOST_SHOWN
            else ""
        ),
    )


def _told(one: NotificationRecord, locale: Locale) -> dict[str, Any]:
    words = STATUS[one.status].told(locale)
    kind = clipped(one.run_type, 80)
    name = locale.say("Run {id}", id=one.run_id)
    read = act(
        "read",
        locale.say("Mark read"),
        locale.say("Mark read: {type}, {run}", type=kind, run=name),
        "mark-read",
    )
    lead = cell(
        kind,
        sub=name,
        mark="" if one.is_read else locale.say("new"),
        href=f"/operations/{one.run_id}",
    )
    tenant = clipped(one.tenant_name, 80) if one.tenant_name else locale.say("Whole workspace")
    return row(
        one.id,
        [
            lead,
            _toned(words.word, words.tone),
            cell(tenant, sub=clipped(one.workspace_name, 80)),
            time_cell(one.created_at, locale),
        ],
        [] if one.is_read else [read],
    )


def _channel(one: ChannelRecord, locale: Locale, *, is_own: bool) -> dict[str, Any]:
    name = clipped(one.name, 80)
    events = [] if is_own else [cell(locale.told(EVENTS.get(one.events, one.events)))]
    return row(
        one.id,
        [cell(name), cell(clipped(one.leads_to, 120)), *events, time_cell(one.created_at, locale)],
        [
            act(
                "try",
                locale.say("Send a test"),
                locale.say("Send a test message by {name}", name=name),
                "try-channel",
            ),
            act(
                "remove",
                locale.say("Remove"),
                locale.say("Remove the channel {name}", name=name),
                "remove-channel",
                is_danger=True,
            ),
        ],
    )


def _delivery(one: DeliveryRecord, locale: Locale) -> dict[str, Any]:
    known = {str(status): words for status, words in _DELIVERIES.items()}
    word, tone = known.get(one.status, (clipped(one.status, 40), "mixed"))
    reason = clipped(one.message, 300) if one.message else ""
    if one.is_left:
        (word, tone), reason = _LEFT, _WHY_LEFT
    status = {**_toned(locale.told(word), tone), "sub": locale.told(reason) if reason else ""}
    run = cell(locale.say("Test message"))
    if one.run_id is not None:
        run = cell(locale.say("Run {id}", id=one.run_id), href=f"/operations/{one.run_id}")
    return row(
        one.id,
        [
            cell(clipped(one.channel_name, 80)),
            status,
            cell(locale.number(one.attempts)),
            run,
            time_cell(one.ended_at or one.created_at, locale),
        ],
    )


def _toned(text: str, tone: str) -> Cell:
    return {**cell(text), "tone": tone}
