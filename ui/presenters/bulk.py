"""Many runs that are cancelled or started again together, in words."""

from collections.abc import Sequence
from typing import TypedDict

from models import BULK_RUN, BulkAction, BulkStatus
from policy.wording import Said, said
from services.bulk_items import BulkResult
from services.runs import RunSnapshot
from ui.presenters.locale import Locale
from ui.presenters.words import WHOLE_WORKSPACE, clipped

_MOST_NAMED = 5
_Word = tuple[Said, str, str]
_WAITING: _Word = (said("Not yet done"), "schedule", "waiting")
_LEFT: _Word = (said("Not done"), "block", "quiet")
_UNKNOWN: _Word = (said("Unknown state"), "help", "mixed")
_REFUSED: _Word = (said("Refused"), "error", "bad")
_DONE: dict[str | None, _Word] = {
    "cancelled": (said("Cancelled"), "check_circle", "good"),
    "requested": (said("Asked to stop"), "check_circle", "good"),
    "started": (said("Started again"), "check_circle", "good"),
    "joined": (said("Being done already"), "check_circle", "good"),
}


class BulkItemView(TypedDict):
    """One run, and what came of it; `href` and `again` are empty without a page to go to."""

    id: int
    href: str
    name: str
    status: str
    word: str
    icon: str
    tone: str
    note: str
    again: str
    again_href: str


class BulkView(TypedDict):
    """The result for each run of a bulk run."""

    title: str
    items: list[BulkItemView]


class BulkQuestion(TypedDict):
    """What is asked before it is done; `named` are the first of the runs."""

    title: str
    confirm: str
    text: str
    named: list[str]
    more: str


def bulk_view(run: RunSnapshot, locale: Locale) -> BulkView | None:
    """What has come of each run so far; None for any other run."""
    if run.type != BULK_RUN or not run.bulk:
        return None
    items = [_item(result, locale, is_over=run.ux_status.is_terminal) for result in run.bulk]
    return {"title": _title(run.bulk, locale), "items": items}


def bulk_question(
    action: BulkAction, runs: Sequence[RunSnapshot], left: int, locale: Locale
) -> BulkQuestion:
    """The question before `action` is done to `runs`; `left` of those chosen are left alone."""
    count, named = len(runs), [_named(run, locale) for run in runs[:_MOST_NAMED]]
    more = locale.say("and {count} more", count=locale.number(count - _MOST_NAMED))
    said_more = more if count > _MOST_NAMED else ""
    if action is BulkAction.RETRY:
        title = locale.count("Start {count} run again?", "Start {count} runs again?", count)
        confirm = locale.count("Start {count} run again", "Start {count} runs again", count)
        text = locale.say("A new run does the work of each once more.")
    else:
        title = locale.count("Cancel {count} run?", "Cancel {count} runs?", count)
        confirm = locale.count("Cancel {count} run", "Cancel {count} runs", count)
        text = locale.say("What is done so far stays done; the rest is left undone.")
    if left:
        text += " " + locale.count(
            "{count} other that is selected does not allow it and stays as it is.",
            "{count} others that are selected do not allow it and stay as they are.",
            left,
        )
    return {"title": title, "confirm": confirm, "text": text, "named": named, "more": said_more}


def bulk_words(locale: Locale) -> dict[str, str]:
    """Of the selection in a list of runs; `{…}` is filled in by the browser."""
    return {
        "select_run": locale.say("Select run {id}, {type}"),
        "select_all": locale.say("Select all"),
        "selection": locale.say("Selection"),
        "selected": locale.say("{count} selected"),
        "cancel": locale.say("Cancel {count}"),
        "retry": locale.say("Start {count} again"),
        "clear": locale.say("Clear"),
    }


def _title(results: Sequence[BulkResult], locale: Locale) -> str:
    count = len(results)
    if results[0].action == BulkAction.RETRY:
        return locale.count(
            "{count} run to be started again", "{count} runs to be started again", count
        )
    return locale.count("{count} run to be cancelled", "{count} runs to be cancelled", count)


def _item(result: BulkResult, locale: Locale, *, is_over: bool) -> BulkItemView:
    word, icon, tone = _word(result, is_over=is_over)
    again = result.new_run_id
    return {
        "id": result.run_id,
        "href": f"/operations/{result.run_id}" if result.type is not None else "",
        "name": _name(result.type, result.tenant_name, locale),
        "status": result.status,
        "word": locale.told(word),
        "icon": icon,
        "tone": tone,
        "note": clipped(locale.told(result.message)) if result.message else "",
        "again": locale.say("Run {id}", id=again) if again else "",
        "again_href": f"/operations/{again}" if again else "",
    }


def _word(result: BulkResult, *, is_over: bool) -> _Word:
    match result.status:
        case BulkStatus.PENDING:
            return _LEFT if is_over else _WAITING
        case BulkStatus.REFUSED:
            return _REFUSED
        case BulkStatus.DONE:
            return _DONE.get(result.code, _UNKNOWN)
    return _UNKNOWN


def _name(run_type: str | None, tenant: str | None, locale: Locale) -> str:
    if run_type is None:
        return locale.say("no longer available")
    return f"{clipped(run_type, 80)} · {tenant or locale.told(WHOLE_WORKSPACE)}"


def _named(run: RunSnapshot, locale: Locale) -> str:
    return f"{run.id} · {_name(run.type, run.tenant_name, locale)}"
