"""`stillwatch token`: what programs show to the console."""

from typing import Any

import click


def group(administer: Any) -> click.Group:
    """The commands; `administer` carries one out in the checkout."""

    @click.group()
    def token() -> None:
        """Tokens, by which programs act in a workspace."""

    workspace = click.option("--workspace", "workspace_slug", required=True)

    @token.command()
    @workspace
    @click.option("--name", required=True, help="Who uses it, as in nightly-export.")
    @click.option("--expires-days", type=int, help="Until revoked when missing.")
    def create(workspace_slug: str, name: str, expires_days: int | None) -> None:
        """Make a token, and show it this once: it is stored nowhere."""
        click.echo(administer("create_token", workspace_slug, name, expires_days))
        click.echo("Keep it safe: it cannot be shown again.", err=True)

    @token.command()
    @click.argument("id_or_name")
    @workspace
    def revoke(id_or_name: str, workspace_slug: str) -> None:
        """End a token for good."""
        administer("revoke_token", workspace_slug, id_or_name)
        click.echo(f"token {id_or_name} revoked")

    @token.command("list")
    @workspace
    def list_tokens(workspace_slug: str) -> None:
        """Show the tokens of a workspace, but of each only its name."""
        for one in administer("find_tokens", workspace_slug):
            click.echo(f"{one.id:>6}  {_state(one):<24}  {one.name}")

    return token


def _state(record: Any) -> str:
    if record.revoked_at is not None:
        return f"revoked {record.revoked_at:%Y-%m-%d}"
    if record.expires_at is None:
        return "live"
    word = "live until" if record.is_live else "expired"
    return f"{word} {record.expires_at:%Y-%m-%d}"
