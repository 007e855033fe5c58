"""Administration → Audit trail: who did what to what, filtered by the address."""

from html import escape

from fastapi import Request
from nicegui import Client, ui
from sqlalchemy.orm import Session

from policy.access import Action
from services import audit_trail, members
from services.audit_filter import AuditFilter
from services.audit_query import AuditQueryError, read_query
from services.audit_trail import AuditPage
from services.auth import WorkspaceRef
from services.members import MemberRecord
from ui.administered import administered, head
from ui.components.audit_filter import AuditFilterForm
from ui.components.record_table import RecordTable
from ui.console import Console
from ui.page import Page, begin
from ui.presenters.audit_form import filter_view, older_address
from ui.presenters.audit_words import audit_table
from ui.still_part import StillPart

Found = tuple[AuditPage, list[str], list[MemberRecord]]


def register(console: Console) -> None:
    """Serve /admin/audit."""

    @ui.page("/admin/audit")
    async def admin_audit(request: Request, client: Client) -> None:
        page = begin(console, request, client)
        place = administered(page, Action.AUDIT)
        if place is None:
            return
        given = request.query_params
        messages: tuple[str, ...] = ()
        wanted: AuditFilter | None = None
        try:
            wanted = read_query(given.multi_items(), page.session.zone)
        except AuditQueryError as error:
            messages = error.messages
        found = await console.database.read(lambda session: _find(session, place, wanted))
        with page.framed("audit", page.session.locale.say("Audit trail")):
            _build(page, place, dict(given), messages, found)


def _find(session: Session, place: WorkspaceRef, wanted: AuditFilter | None) -> Found:
    nothing = AuditPage((), None)
    entries = nothing if wanted is None else audit_trail.find_entries(session, place.id, wanted)
    actions = audit_trail.find_actions(session, place.id)
    return entries, actions, members.find_members(session, place.id)


def _build(
    page: Page,
    place: WorkspaceRef,
    given: dict[str, str],
    messages: tuple[str, ...],
    found: Found,
) -> None:
    locale = page.session.locale
    entries, actions, people = found
    # Nothing is done here, so what is shown stays what it was, for as long as it may be seen.
    part: StillPart[None] = StillPart(page, place, Action.AUDIT, lambda _: None, lambda _: None)
    with part.host:
        head(locale.say("What was done in {place}, newest first.", place=place.name))
        AuditFilterForm(filter_view(given, actions, people, locale, is_right=not messages))
        if messages:
            text = " ".join(locale.told(message) for message in messages)
            ui.html(escape(text), tag="p").classes("form-error").props('role="alert"')
            return
        RecordTable(audit_table(entries, locale))
        _build_paging(page, given, entries)


def _build_paging(page: Page, given: dict[str, str], entries: AuditPage) -> None:
    locale = page.session.locale
    if entries.older_than is None:
        return
    with ui.element("nav").classes("paging") as paging:
        paging.props["aria-label"] = locale.say("Pages")
        ui.link(locale.say("Older →"), older_address(given, entries.older_than)).mark("older")
