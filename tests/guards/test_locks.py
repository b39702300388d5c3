"""The lock files lead to the public indexes and nowhere else."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from tests.guards.sources import ROOT

PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}


def test_every_python_package_comes_from_the_public_index() -> None:
    addresses = re.findall(r'"(https?://[^"]+|file:[^"]+)"', (ROOT / "uv.lock").read_text())
    assert len(addresses) > 100
    assert {urlsplit(address).hostname for address in addresses} <= PUBLIC_HOSTS


def test_no_npm_package_names_where_it_came_from() -> None:
    lock: dict[str, dict[str, dict[str, Any]]] = json.loads((ROOT / "assets" / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []
