"""What a page weighs that thousands have open: few elements, little text."""

import json

from tests.browser.server import Server
from tests.doors.visitor import read_page, sign_in

_CONTEXT = {"source": "directory", "mode": "full", "since": "2026-11-01", "dry_run": False}
_COUNTS = {"total": 200, "processed": 40, "succeeded": 38, "failed": 2}


async def test_the_page_of_a_run_is_lean(server: Server) -> None:
    failed = server.add_run("completed", 60, outcome="failed")
    run = server.add_run(
        retry_of_id=failed, context=json.dumps(_CONTEXT), summary_counts=json.dumps(_COUNTS)
    )
    client = await sign_in(server, "operator")

    answer = await client.get(f"/operations/{run}")
    await client.aclose()

    page = read_page(answer, "")
    assert len(page.elements) <= 20
    assert len(answer.content) <= 20_000


async def test_what_a_run_was_given_costs_no_elements(server: Server) -> None:
    little, much = (
        server.add_run(context=json.dumps({f"option {n}": n for n in range(count)}))
        for count in (1, 40)
    )
    client = await sign_in(server, "operator")

    pages = [read_page(await client.get(f"/operations/{run}"), "") for run in (little, much)]
    await client.aclose()

    assert len(pages[0].elements) == len(pages[1].elements)
