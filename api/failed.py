"""What is said where the code failed, or the database: what to do, and the id to find it by."""

from sqlalchemy.exc import OperationalError
from starlette.responses import Response

from api.notice_page import notice
from api.problems import problem
from api.words import Words


def failed_page(request_id: str, error: Exception, words: Words) -> Response:
    """For a person; the error's own text is in the log."""
    if isinstance(error, OperationalError):
        title, text = words.say("The database is busy."), words.say("Try again in a moment.")
        return notice(503, title, text, words)
    text = words.say(
        "It is logged, and nothing was lost. If it happens again, quote {id}.", id=request_id
    )
    return notice(500, words.say("Something went wrong."), text, words)


def failed_program(request_id: str, error: Exception) -> Response:
    """For a program."""
    if isinstance(error, OperationalError):
        return problem(503, "The database is busy; try again.", {"Retry-After": "2"})
    return problem(500, "Something went wrong here; it is logged.", request=request_id)
