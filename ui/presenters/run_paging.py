"""The words below a list of runs."""

from services.run_filters import RunFilter
from ui.presenters.locale import Locale


def cut_text(looked_through: int, wanted: RunFilter, locale: Locale) -> str:
    """That the page is short because no more runs were looked at, and how to go on."""
    count = locale.number(looked_through)
    if wanted.is_oldest_first:
        return locale.say(
            "Only {count} runs were looked at for this page; “Newer” looks on from there.",
            count=count,
        )
    return locale.say(
        "Searched the newest {count} runs from here; older ones were not looked at. "
        "“Older” searches on from there.",
        count=count,
    )
