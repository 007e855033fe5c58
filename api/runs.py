"""Runs for programs: start, report, look, cancel."""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from sqlalchemy.orm import Session

from api.gate import program_of
from api.run_bodies import (
    LARGEST_ID,
    CompletionBody,
    HeartbeatView,
    Problem,
    ReportBody,
    RunFilter,
    RunPage,
    RunView,
    StartBody,
    StartView,
    run_fields,
)
from services.api_tokens import Program
from services.database import Database
from services.operations import OperationOffer
from services.program_runs import ProgramRuns, find_tenant_id
from services.run_records import RunQuery, RunRecord, RunRecords, find_record, find_records
from services.run_terms import Enqueue, LeaseLostError, RunNotFoundError

Caller = Annotated[Program, Depends(program_of)]
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": meaning}
    for status, meaning in (
        (401, "No valid token"),
        (404, "No such run or tenant in the token's workspace"),
        (409, "Not as the run stands; `code` says why, `id` names the run"),
        (413, "More than 256 KiB"),
        (422, "Not as described here"),
        (503, "Busy: try again"),
    )
}


def routes(
    database: Database,
    enqueue: Enqueue,
    offers: Mapping[str, OperationOffer],
    lease: timedelta,
    url_of_run: str,
) -> APIRouter:
    """The routes under /v1/runs; `url_of_run` has a place for the `id`."""
    router = APIRouter(prefix="/v1/runs", tags=["runs"], responses=_REFUSALS)

    def acting(session: Session, program: Program) -> ProgramRuns:
        return ProgramRuns(session, program, enqueue, offers, lease)

    def shown(run: RunRecord) -> RunView:
        return RunView(**run_fields(run, url_of_run.format(id=run.id)))

    @router.post("", status_code=201, summary="Start a run")
    async def start(
        program: Caller,
        body: StartBody,
        response: Response,
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=16,
                max_length=200,
                description="Makes a repeated start, whose answer was lost, the same start.",
            ),
        ] = None,
    ) -> StartView:
        """201: started. 200: an operation of the console that is active already serves, or a
        repeated start. 409: the key's run is active, and another program does it."""
        wanted = body.wanted(idempotency_key)
        started = await database.write(lambda session: acting(session, program).start(wanted))
        if not started.is_new:
            response.status_code = 200
        return StartView(
            **run_fields(started.run, url_of_run.format(id=started.run.id)),
            token=started.token,
            lease_seconds=None if started.token is None else lease.total_seconds(),
        )

    @router.get("", summary="List runs")
    async def list_runs(program: Caller, wanted: Annotated[RunFilter, Query()]) -> RunPage:
        """Newest first; follow `older_than` until it is null."""
        page = await database.read(partial(_find_page, program=program, wanted=wanted))
        return RunPage(runs=[shown(run) for run in page.runs], older_than=page.older_than)

    @router.get("/{run_id}", summary="Look at a run")
    async def look(program: Caller, run_id: str) -> RunView:
        number = _number(run_id)
        run = await database.read(lambda s: find_record(s, program.workspace_id, number))
        if run is None:
            raise RunNotFoundError
        return shown(run)

    @router.post("/{run_id}/heartbeat", summary="Say that the work goes on")
    async def heartbeat(program: Caller, run_id: str, body: ReportBody) -> HeartbeatView:
        """Expected well within `lease_seconds`, or the run fails with `lost_contact`."""
        number = _number(run_id)
        is_cancelled = await database.write(
            lambda session: acting(session, program).heartbeat(number, body.token, body.report())
        )
        return HeartbeatView(cancel_requested=is_cancelled, lease_seconds=lease.total_seconds())

    @router.post("/{run_id}/complete", summary="Say how the work ended")
    async def complete(program: Caller, run_id: str, body: CompletionBody) -> RunView:
        """409 when the run was closed before; a report that is late for having lost contact is
        then kept on the run as evidence (`kept`)."""
        told = (_number(run_id), body.token, body.outcome, body.report())
        try:
            return shown(await database.write(lambda s: acting(s, program).complete(*told)))
        except LeaseLostError:
            refusal = await database.write(lambda s: acting(s, program).keep_late_report(*told))
            raise refusal from None

    @router.post("/{run_id}/cancel", summary="Ask for a run's end")
    async def cancel(program: Caller, run_id: str) -> RunView:
        """At once while it is queued; while it runs, its next heartbeat is told."""
        number = _number(run_id)
        return shown(await database.write(lambda s: acting(s, program).cancel(number)))

    return router


def _find_page(session: Session, program: Program, wanted: RunFilter) -> RunRecords:
    return find_records(
        session,
        RunQuery(
            workspace_id=program.workspace_id,
            status=wanted.status,
            type=wanted.type,
            tenant_id=find_tenant_id(session, program, wanted.tenant),
            older_than=wanted.older_than,
            page_size=wanted.limit,
        ),
    )


def _number(run_id: str) -> int:
    """What is no id names no run."""
    if not re.fullmatch(r"[1-9][0-9]{0,18}", run_id) or int(run_id) > LARGEST_ID:
        raise RunNotFoundError
    return int(run_id)
