"""How long a run is likely to take, in words that its past can bear."""

from policy.estimate import Estimate, Pace, TypicalDuration
from ui.presenters.locale import Locale
from ui.presenters.quantity import span


def run_estimate(estimate: Estimate | None, locale: Locale) -> str:
    """A sentence or two; nothing where the past says nothing."""
    if estimate is None:
        return ""
    usual = _usual(estimate.typical, locale)
    if estimate.pace is Pace.USUAL and estimate.seconds_left is not None:
        left = span(estimate.seconds_left, locale)
        return f"{locale.say('About {span} left.', span=left)} {usual}"
    if estimate.pace is Pace.SLOWER_THAN_HALF:
        return f"{locale.say('Slower than half of past runs.')} {usual}"
    if estimate.pace is Pace.SLOWER_THAN_MOST:
        return f"{locale.say('Slower than 95 % of past runs.')} {usual}"
    return usual


def _usual(typical: TypicalDuration, locale: Locale) -> str:
    half, most = span(typical.half, locale), span(typical.most, locale)
    if half == most:
        return locale.say("Usually {span}.", span=half)
    return locale.say(
        "Usually {half} – {most}: half of past runs took up to {half}.", half=half, most=most
    )
