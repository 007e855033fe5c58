"""What was not understood of an address, said beside the form."""

from services.run_filters import LONGEST_VALUE, MOST_VALUES, Flaw, Problem
from ui.presenters.locale import Locale
from ui.presenters.words import clipped

_LONGEST_SHOWN = 40


def flaw_text(flaw: Flaw, locale: Locale) -> str:
    """One sentence; what was given is quoted, cut and printable."""
    value, name = clipped(flaw.value, _LONGEST_SHOWN), filter_name(flaw.parameter, locale)
    match flaw.problem:
        case Problem.UNKNOWN_FILTER:
            return locale.say("There is no filter “{name}”; it is ignored.", name=value)
        case Problem.UNKNOWN_VALUE:
            return locale.say("{name}: there is no “{value}” here.", name=name, value=value)
        case Problem.NOT_A_TIME:
            return locale.say("{name}: “{value}” is no date and time.", name=name, value=value)
        case Problem.ENDS_BEFORE_IT_STARTS:
            return locale.say("The period ends before it starts, so it is ignored.")
        case Problem.TOO_LONG:
            most = locale.number(LONGEST_VALUE)
            return locale.say("{name}: at most {most} characters.", name=name, most=most)
        case Problem.TOO_MANY:
            most = locale.number(MOST_VALUES)
            return locale.say("{name}: only the first {most} are used.", name=name, most=most)
        case Problem.UNPRINTABLE:
            return locale.say("{name}: only printable characters can be looked for.", name=name)
        case Problem.NO_SUCH_PLACE:
            return locale.say("That place in the list is gone; here is its beginning.")


def filter_name(parameter: str, locale: Locale) -> str:
    """A parameter of an address by the label of its field."""
    names = {
        "status": locale.say("Status"),
        "outcome": locale.say("Outcome"),
        "type": locale.say("Operation"),
        "tenant": locale.say("Tenant"),
        "by": locale.say("Started by"),
        "last": locale.say("Period"),
        "from": locale.say("From"),
        "until": locale.say("Until"),
        "q": locale.say("Text"),
        "sort": locale.say("Order"),
    }
    return names.get(parameter, "")
