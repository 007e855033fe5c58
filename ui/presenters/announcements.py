"""What is worth reading out of a change, to who cannot see it; nothing when nothing changed."""

from services.pack_card import CardSnapshot
from services.runs import RunListSnapshot, RunSnapshot
from ui.presenters.life import run_life
from ui.presenters.locale import Locale
from ui.presenters.pack import pack_word
from ui.presenters.run import new_runs
from ui.presenters.words import STATUS

_MOST_NAMED = 3


def run_change(before: RunSnapshot, after: RunSnapshot, locale: Locale) -> str:
    """A new status, or what the run has come to wait for."""
    if before.ux_status is not after.ux_status:
        return _status_of(after, locale)
    life = run_life(after, locale)
    if life is None or before.liveness.sign is after.liveness.sign:
        return ""
    return life["text"]


def list_change(before: RunListSnapshot, after: RunListSnapshot, locale: Locale) -> str:
    """Runs of the list that have a new status, and how many newer ones there are."""
    known = {run.id: run.ux_status for run in before.runs}
    changed = [run for run in after.runs if known.get(run.id, run.ux_status) is not run.ux_status]
    said = [_status_of(run, locale) for run in changed[:_MOST_NAMED]]
    if len(changed) > _MOST_NAMED:
        count = len(changed)
        said = [locale.count("{count} run has changed.", "{count} runs have changed.", count)]
    if after.new_runs > before.new_runs:
        said.append(new_runs(after, locale))
    return " ".join(said)


def pack_change(before: CardSnapshot, after: CardSnapshot, locale: Locale) -> str:
    """A new status of the latest pack."""
    word = pack_word(after, locale)
    if word == pack_word(before, locale):
        return ""
    return locale.say("Review pack: {status}.", status=word)


def _status_of(run: RunSnapshot, locale: Locale) -> str:
    return locale.say(
        "Run {id}: {status}.", id=run.id, status=locale.told(STATUS[run.ux_status].word)
    )
