"""A person's own account in words."""

from typing import Any

from policy.wording import said
from services.admin_terms import SHORTEST_PASSWORD
from ui.presenters.locale import Locale

# What a change of password can come to, as it is named in the address afterwards.
OUTCOMES = {
    "wrong": said("The current password is not right."),
    "often": said("Too many wrong passwords. Try again in 15 minutes."),
    "different": said("The new password was not written the same twice."),
    "short": said("A password needs {least} characters.", least=SHORTEST_PASSWORD),
    "same": said("This is the password you have. Choose another."),
    "given": said("Others know the password you were given. Choose one of your own to go on."),
    "old": said("This form was too old. Please try again."),
}
DONE = "done"


def password_view(csrf: str, email: str, outcome: str, locale: Locale) -> dict[str, Any]:
    """The form, and what came of the change before; an unknown outcome is none."""
    done = locale.say("Your password is changed. All other sessions were ended.")
    return {
        "csrf": csrf,
        "email": email,
        "fields": [
            _field("current", locale.say("Current password"), "current-password", 0),
            _field("new", locale.say("New password"), "new-password", SHORTEST_PASSWORD),
            _field("again", locale.say("New password again"), "new-password", SHORTEST_PASSWORD),
        ],
        "submit": locale.say("Change password"),
        "problem": locale.told(OUTCOMES[outcome]) if outcome in OUTCOMES else "",
        "done": done if outcome == DONE else "",
    }


def _field(name: str, label: str, complete: str, least: int) -> dict[str, Any]:
    return {"name": name, "label": label, "complete": complete, "least": least}
