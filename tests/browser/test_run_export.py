"""The operations as a file over real HTTP: what the list shows, for whoever it shows it to."""

import csv

from tests.browser.server import Server
from tests.browser.test_doors import sign_in as sign_in_over_http


def test_a_file_holds_what_the_list_asks_for_and_is_written_down(server: Server) -> None:
    client = sign_in_over_http(server, "owner")

    answer = client.get("/operations/export.csv?outcome=failed")

    rows = list(csv.DictReader(answer.text.lstrip("\ufeff").splitlines()))
    assert answer.headers["content-disposition"] == (
        'attachment; filename="operations-northwind.csv"'
    )
    assert rows
    assert {row["outcome"] for row in rows} == {"failed"}
    assert "Operations exported" in client.get("/admin/audit").text


def test_a_tenant_s_admin_takes_away_the_tenant_s_runs_only(server: Server) -> None:
    client = sign_in_over_http(server, "contoso-admin")

    whole = client.get("/operations/export.csv").text
    other = client.get("/operations/export.csv?tenant=litware").text

    assert {row["tenant"] for row in csv.DictReader(whole.splitlines())} == {"Contoso"}
    assert len(other.splitlines()) == 1


def test_a_filter_that_is_not_understood_is_no_file(server: Server) -> None:
    client = sign_in_over_http(server, "operator")

    assert client.get("/operations/export.csv?colour=blue").status_code == 400
