"""The report as one web page that needs nothing else, on a screen and on paper."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from services.packs.report import charts, palette
from services.packs.report.document import Chart, Document, Figures, Table

_FOLDER = Path(__file__).parent


def render_html(document: Document) -> str:
    """Every text of the document is escaped; only our own drawings are markup."""
    return _template().render(
        document=document,
        volume=lambda chart: Markup(charts.volume_svg(chart)),
        rate=lambda chart: Markup(charts.rate_svg(chart)),
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests |= {
        "table": lambda block: isinstance(block, Table),
        "chart": lambda block: isinstance(block, Chart),
        "figures": lambda block: isinstance(block, Figures),
    }
    environment.globals["palette"] = palette
    return environment.get_template("report.html.jinja")
