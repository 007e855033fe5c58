"""A page for a person who asked for a file and cannot have it; in the product's own look."""

from html import escape

from fastapi.responses import HTMLResponse

from api.words import Words

_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; frame-ancestors 'none'",
}


def notice(
    status: int,
    title: str,
    text: str,
    words: Words,
    link: tuple[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """One title, one line on what to do, and a link as `(address, text)`."""
    href, label = link or ("/operations", words.say("Go to Operations"))
    page = f"""<!doctype html>
<html lang="{words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Stillwatch</title>
<link rel="icon" href="/static/favicon.svg">
<link rel="stylesheet" href="/static/stillwatch.css">
<script src="/static/stillwatch.js"></script>
</head>
<body class="login">
<main class="login-card">
<p class="brand"><img src="/static/favicon.svg" alt="" width="32" height="32">
<span>Stillwatch</span></p>
<h1>{escape(title)}</h1>
<p class="quiet">{escape(text)}</p>
<p><a href="{escape(href)}">{escape(label)}</a></p>
</main>
</body>
</html>
"""
    return HTMLResponse(page, status, headers={**_HEADERS, **(headers or {})})
