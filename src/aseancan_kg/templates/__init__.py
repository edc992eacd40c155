"""Documents as one HTML page that needs nothing else: the report, the codebook, the documentation of the ontology."""

from jinja2 import Environment, PackageLoader, select_autoescape

_ENVIRONMENT = Environment(
    loader=PackageLoader("aseancan_kg"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
)


def render(name: str, **values: object) -> str:
    """Fill the template `name`, a file beside this one; all that is put into it is escaped."""
    return _ENVIRONMENT.get_template(name).render(**values)
