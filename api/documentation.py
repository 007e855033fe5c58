"""The OpenAPI description as one page without scripts, which asks nobody else for anything."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
section { margin: 2.5rem 0; } h2 code, td code { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0;
  border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
"""

Schema = Mapping[str, Any]


def page(openapi: Schema, base: str) -> str:
    """The whole page; paths are shown below `base`."""
    info = openapi["info"]
    components = openapi.get("components", {}).get("schemas", {})
    operations = "\n".join(
        _operation(f"{base}{path}", method, operation)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    )
    schemas = "\n".join(_schema(name, schema) for name, schema in components.items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(info["title"])} API'
        f"</title><style>{_STYLE}</style><body><h1>{escape(info['title'])} API</h1>"
        f"<p>{_prose(info['description'])}</p>"
        f'<p>For machines: <a href="{base}/v1/openapi.json">openapi.json</a></p>'
        f"{operations}<h1>Shapes</h1>{schemas}</body></html>"
    )


def _operation(path: str, method: str, operation: Schema) -> str:
    parameters = [
        (f"{one['name']} ({one['in']})", one["schema"], one.get("required"), one)
        for one in operation.get("parameters", ())
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    takes = f"<p>Takes {_type(body['schema'])}.</p>" if body else ""
    answers = "".join(
        f"<tr><td>{escape(status)}<td>{_answer(answer)}<td>{_prose(answer['description'])}"
        for status, answer in operation["responses"].items()
    )
    return (
        f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p><b>{escape(operation['summary'])}.</b> {_prose(operation.get('description', ''))}</p>"
        f"{_fields(parameters)}{takes}<table>{answers}</table></section>"
    )


def _schema(name: str, schema: Schema) -> str:
    required = schema.get("required", ())
    fields = [
        (field, one, field in required, one) for field, one in schema.get("properties", {}).items()
    ]
    values = ", ".join(f"<code>{escape(str(v))}</code>" for v in schema.get("enum", ()))
    return (
        f'<section id="{escape(name)}"><h2>{escape(name)}</h2>'
        f"<p>{_prose(schema.get('description', ''))} {values}</p>{_fields(fields)}</section>"
    )


def _fields(fields: list[tuple[str, Schema, Any, Schema]]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code>{'' if is_required else ' (optional)'}"
        f"<td>{_type(schema)}<td>{_prose(about.get('description', ''))}"
        for name, schema, is_required, about in fields
    )
    return f"<table>{rows}</table>" if rows else ""


def _answer(answer: Schema) -> str:
    return "".join(_type(content["schema"]) for content in answer.get("content", {}).values())


def _type(schema: Schema) -> str:
    """A schema in a few words, with links to those that have a name."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    limits = ", ".join(_limits(schema))
    return escape(str(schema.get("type", "anything")) + (f" ({limits})" if limits else ""))


def _limits(schema: Schema) -> Iterator[str]:
    for name, words in (
        ("minimum", "from"),
        ("maximum", "to"),
        ("minLength", "at least"),
        ("maxLength", "at most"),
        ("pattern", "like"),
        ("default", "default"),
    ):
        if schema.get(name) is not None:
            unit = " characters" if name.endswith("Length") else ""
            yield f"{words} {schema[name]}{unit}"


def _prose(text: str) -> str:
    """Escaped, with `code` between backticks."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))
