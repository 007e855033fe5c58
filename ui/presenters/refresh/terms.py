"""What surfaces, reasons and kinds of reads are called; what is unknown goes by its own name."""

from policy.decision import Reason
from policy.wording import said
from ui.presenters.locale import Locale

_SURFACES = {
    "run_detail": said("A run"),
    "review_pack": said("A review pack"),
    "run_list": said("Lists of runs"),
    "overview": said("Overview"),
    "refresh": said("This page"),
}
_REASONS: dict[str, str] = {
    Reason.LIVE: said("Live"),
    Reason.HIDDEN: said("Tab hidden"),
    Reason.DIALOG: said("Dialog open"),
    Reason.DISCONNECTED: said("Not connected"),
    Reason.TERMINAL: said("Finished"),
    Reason.EXPIRED: said("Expired"),
    Reason.NONE: said("Nothing to refresh"),
    Reason.UNKNOWN: said("Unknown state"),
    Reason.MISSING: said("Not found"),
    Reason.UNAUTHORISED: said("Not allowed"),
}
_KINDS = {
    "run": said("Runs"),
    "list": said("Lists of runs"),
    "pack": said("Review packs"),
    "pack_details": said("Details of review packs"),
    "access": said("Sign-ins and rights"),
    "overview": said("Overview"),
    "overview_week": said("Overview, last week"),
    "history": said("Usual durations"),
    "bulk": said("Results of bulk actions"),
}


def surface_name(surface: str, locale: Locale) -> str:
    return locale.told(_SURFACES.get(surface, surface))


def reason_name(reason: str, locale: Locale) -> str:
    return locale.told(_REASONS.get(reason, reason))


def kind_name(kind: str, locale: Locale) -> str:
    return locale.told(_KINDS.get(kind, kind))
