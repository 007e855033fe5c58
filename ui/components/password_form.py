"""The form in which a person changes their own password."""

from ui.components.viewed import Viewed


class PasswordForm(Viewed, component="password_form.js"):
    """Posts over HTTP; only what came of it is shown here."""
