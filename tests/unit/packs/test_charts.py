import re

from services.packs.report.charts import rate_svg
from services.packs.report.document import Bar, Chart


def rate_lines(*rates: float | None) -> list[str]:
    """The pieces of the line of success rates, each drawn without lifting the pen."""
    bars = (Bar(str(n), 1, 0, 0, 0, rate) for n, rate in enumerate(rates))
    svg = rate_svg(Chart("Runs", tuple(bars), ""))
    lines = re.findall(r'<path[^>]* d="([^"]*)"[^>]*class="line[^"]*"', svg)
    return [piece for line in lines for piece in re.findall("M[^M]*", line) if "L" in piece]


def test_the_success_rate_has_a_gap_where_nothing_ended() -> None:
    assert len(rate_lines(1, 0.5, 0.9, 0.8)) == 1
    assert len(rate_lines(1, 0.5, None, None, 0.9, 0.8)) == 2
