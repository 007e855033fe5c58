"""The sign-in form: plain HTML that works before anything else does."""

from html import escape

from ui.theme import head


def login_html(*, csrf: str, next_path: str, error: str | None, email: str) -> str:
    """The whole page; every value is escaped here."""
    alert = f'<p class="login-error" role="alert">{escape(error)}</p>' if error else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Stillwatch</title>
<link rel="icon" href="/static/favicon.svg">
{head()}
</head>
<body class="login">
<main class="login-card">
<p class="brand"><img src="/static/favicon.svg" alt="" width="32" height="32">
<span>Stillwatch</span></p>
<h1>Sign in</h1>
<p class="quiet">Operational work, watched exactly as closely as it needs.</p>
{alert}
<form method="post" action="/login">
<input type="hidden" name="csrf" value="{escape(csrf)}">
<input type="hidden" name="next" value="{escape(next_path)}">
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="username" required autofocus
 maxlength="320" value="{escape(email)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 maxlength="1024">
<button type="submit">Sign in</button>
</form>
</main>
</body>
</html>"""
