"""Print what integrations of Home Assistant need, as pip takes it: `requirements.py DOMAIN...`.

Run by Home Assistant's own Python. With those named come the ones that they depend on, and every
kind of entity: the frontend wants to know of all of them.
"""

import json
import sys
from importlib.util import find_spec
from pathlib import Path


def main(domains: list[str]) -> None:
    """Print one requirement a line."""
    package = find_spec("homeassistant")
    assert package is not None
    assert package.origin is not None
    manifests = {
        path.parent.name: json.loads(path.read_text())
        for path in (Path(package.origin).parent / "components").glob("*/manifest.json")
    }
    waiting = domains + [
        domain for domain, found in manifests.items() if found.get("integration_type") == "entity"
    ]
    met: set[str] = set()
    needed: set[str] = set()
    while waiting:
        domain = waiting.pop()
        if domain not in met:
            met.add(domain)
            needed.update(manifests[domain].get("requirements", []))
            waiting += manifests[domain].get("dependencies", [])
    print("\n".join(sorted(needed)))


if __name__ == "__main__":
    main(sys.argv[1:])
