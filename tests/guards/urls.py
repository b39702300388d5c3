"""The list of all addresses and who may ask for them, as `urls.txt` keeps it; run as a module, it writes the file."""

from pathlib import Path

from flask import Flask

from tests.engines.permission import databases_allowed
from tests.installations import config_for
from training import create_app
from training.web.access import rule_of

LIST = Path(__file__).with_name("urls.txt")
COMMAND = "python -m tests.guards.urls"


def lines_for(app: Flask) -> list[str]:
    """One line an address: the address, the methods, who may call it; sorted."""
    found: list[str] = []
    for address in app.url_map.iter_rules():
        methods = ",".join(sorted((address.methods or set()) - {"HEAD", "OPTIONS"}))
        access = rule_of(app, address.endpoint)
        found.append(f"{address.rule} | {methods} | {access.label if access else 'NOBODY SAID'}")
    return sorted(found)


def main() -> None:
    """Write the list as the application has it now."""
    with databases_allowed():
        app = create_app(config_for("sqlite://"))
    LIST.write_text("\n".join(lines_for(app)) + "\n")


if __name__ == "__main__":
    main()
