"""Workspaces in words."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from services.workspaces import WorkspaceRecord
from ui.presenters.locale import Locale
from ui.presenters.records import act, cell, row, table, time_cell
from ui.presenters.words import clipped


def workspaces_table(
    workspaces: Sequence[WorkspaceRecord], current_id: int, locale: Locale
) -> dict[str, Any]:
    """The table of an owner's workspaces; only the one that is looked at can be renamed."""
    ordered = sorted(workspaces, key=lambda one: (one.id != current_id, one.name))
    return table(
        locale.say("Workspaces"),
        [locale.say("Name"), locale.say("Short name"), locale.say("Since")],
        [_row(one, current_id, locale) for one in ordered],
        testid="workspaces",
        row_testid="workspace-row",
        empty=locale.say("You own no workspace."),
        acts=locale.say("Actions"),
    )


def _row(one: WorkspaceRecord, current_id: int, locale: Locale) -> dict[str, Any]:
    name = clipped(one.name, 80)
    is_current = one.id == current_id
    address = "" if is_current else f"/operations?workspace={quote(one.slug, safe='')}"
    rename = act(
        "rename",
        locale.say("Rename"),
        locale.say("Rename {name}", name=name),
        "rename-workspace",
    )
    mark = locale.say("this one") if is_current else ""
    return row(
        one.id,
        [cell(name, href=address, mark=mark), cell(one.slug), time_cell(one.created_at, locale)],
        [rename] if is_current else [],
    )
