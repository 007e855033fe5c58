"""Programs' tokens in words."""

from collections.abc import Sequence
from typing import Any

from services.token_desk import MOST_SHOWN, OwnedToken
from ui.presenters.locale import Locale
from ui.presenters.moment import date_time, in_utc
from ui.presenters.records import Cell, act, cell, row, table, time_cell
from ui.presenters.words import clipped


def tokens_table(tokens: Sequence[OwnedToken], locale: Locale) -> dict[str, Any]:
    """The table of the workspace's tokens, the ended ones among them."""
    return table(
        locale.say("Tokens"),
        [
            locale.say("Name"),
            locale.say("State"),
            locale.say("Made"),
            locale.say("Made by"),
        ],
        [_row(owned, locale) for owned in tokens],
        testid="tokens",
        row_testid="token-row",
        empty=locale.say("No program has a token of this workspace."),
        acts=locale.say("Actions"),
        note=(
            locale.say("Only the latest {count} are shown.", count=MOST_SHOWN)
            if len(tokens) >= MOST_SHOWN
            else ""
        ),
    )


def _row(owned: OwnedToken, locale: Locale) -> dict[str, Any]:
    token = owned.token
    name = clipped(token.name, 80)
    revoke = act(
        "revoke",
        locale.say("Revoke"),
        locale.say("Revoke the token {name}", name=name),
        "revoke-token",
        is_danger=True,
    )
    made_by = clipped(owned.made_by, 80) if owned.made_by else locale.say("the command line")
    return row(
        token.id,
        [
            cell(name, sub=f"#{token.id}"),
            _state(owned, locale),
            time_cell(token.created_at, locale),
            cell(made_by),
        ],
        [revoke] if token.is_live else [],
    )


def _state(owned: OwnedToken, locale: Locale) -> Cell:
    token = owned.token
    if token.revoked_at is not None:
        when = date_time(token.revoked_at, locale)
        return _toned(locale.say("Revoked"), "quiet", when, in_utc(token.revoked_at))
    if token.expires_at is None:
        return _toned(locale.say("Live"), "good", locale.say("until revoked"), "")
    when = date_time(token.expires_at, locale)
    if not token.is_live:
        return _toned(locale.say("Expired"), "quiet", when, in_utc(token.expires_at))
    until = locale.say("until {time}", time=when)
    return _toned(locale.say("Live"), "good", until, in_utc(token.expires_at))


def _toned(text: str, tone: str, sub: str, title: str) -> Cell:
    return {**cell(text, sub=sub, title=title), "tone": tone}
