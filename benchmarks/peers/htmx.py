"""htmx on FastAPI: the browser fetches the fragment anew each second.

As FastAPI's and htmx's own guides have it: a session of the database for each request, a template
for the fragment, `hx-trigger="every 1s"`. uvicorn with its fast loop and parser, no access log.
"""

from collections.abc import Iterator
from typing import Annotated

import uvicorn
from fastapi import Cookie, Depends, FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from jinja2 import DictLoader, Environment, select_autoescape
from sqlalchemy import text
from sqlmodel import Session, create_engine

from benchmarks.peers import record, signing_in

_FRAGMENT = """<dl hx-get="/operations/{{ fields.id }}/fragment" hx-trigger="every 1s"
 hx-swap="outerHTML" data-version="{{ fields.version }}">
{% for name, value in fields.items() %}<dt>{{ name }}</dt><dd>{{ value }}</dd>
{% endfor %}</dl>"""
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Run {{ fields.id }}</title>
<script src="/static/htmx.min.js"></script></head><body><h1>Run {{ fields.id }}</h1>
{% include "fragment.html" %}</body></html>"""

app = FastAPI()
app.include_router(signing_in.routes())
engine = create_engine(signing_in.DATABASE_URL)
pages = Environment(
    loader=DictLoader({"page.html": _PAGE, "fragment.html": _FRAGMENT}),
    autoescape=select_autoescape(),
)


def open_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def find_fields(
    run_id: int,
    session: Annotated[Session, Depends(open_session)],
    peer_session: Annotated[str, Cookie()] = "",
) -> dict[str, str]:
    """The run, as far as whoever holds the cookie may see it."""
    found = session.execute(text(record.SQL), record.binds(run_id, peer_session))
    row = found.mappings().one_or_none()
    if row is None:
        raise HTTPException(404)
    return record.fields_of(row)


Fields = Annotated[dict[str, str], Depends(find_fields)]


@app.get("/operations/{run_id}")
def page(fields: Fields) -> HTMLResponse:
    return HTMLResponse(pages.get_template("page.html").render(fields=fields))


@app.get("/operations/{run_id}/fragment")
def fragment(fields: Fields) -> HTMLResponse:
    return HTMLResponse(pages.get_template("fragment.html").render(fields=fields))


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=signing_in.PORT, access_log=False, log_level="warning")
