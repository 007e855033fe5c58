"""The sign-in form: plain HTML that works before anything else does."""

from html import escape

from ui.presenters.locale import Locale, other_languages
from ui.theme import head


def login_html(*, csrf: str, next_path: str, error: str | None, email: str, locale: Locale) -> str:
    """The whole page; every value is escaped here."""
    alert = f'<p class="login-error" role="alert">{escape(error)}</p>' if error else ""
    sign_in = escape(locale.say("Sign in"))
    promise = escape(locale.say("Operational work, watched exactly as closely as it needs."))
    return f"""<!doctype html>
<html lang="{locale.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{sign_in} · Stillwatch</title>
<link rel="icon" href="/static/favicon.svg">
{head()}
</head>
<body class="login">
<main class="login-card">
<p class="brand"><img src="/static/favicon.svg" alt="" width="32" height="32">
<span>Stillwatch</span></p>
<h1>{sign_in}</h1>
<p class="quiet">{promise}</p>
{alert}
<form method="post" action="/login">
<input type="hidden" name="csrf" value="{escape(csrf)}">
<input type="hidden" name="next" value="{escape(next_path)}">
<label for="email">{escape(locale.say("E-mail"))}</label>
<input id="email" name="email" type="email" autocomplete="username" required autofocus
 maxlength="320" value="{escape(email)}">
<label for="password">{escape(locale.say("Password"))}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 maxlength="1024">
<button type="submit">{sign_in}</button>
</form>
{_languages(next_path, locale)}
</main>
</body>
</html>"""


def _languages(next_path: str, locale: Locale) -> str:
    kind = 'class="plain" name="language"'
    buttons = "".join(
        f'<button {kind} value="{code}" lang="{code}">{escape(name)}</button>'
        for code, name in other_languages(locale.language)
    )
    return f"""<form method="post" action="/language" class="languages">
<input type="hidden" name="next" value="{escape(next_path)}">{buttons}
</form>"""
