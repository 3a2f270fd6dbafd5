"""Prints which properties of CloudFormation's resources can't be changed once they are made.

    create_only.py TYPE...

It is what the resource provider schemas say that cfn-lint ships: createOnlyProperties, and
conditionalCreateOnlyProperties. Output: a JSON object, type -> properties. Tags are among
them if tagging says that they can't be updated.
"""

import json
import sys

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER


def create_only(kind):
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    paths = schema.get("createOnlyProperties", []) + schema.get("conditionalCreateOnlyProperties", [])
    found = {path.removeprefix("/properties/") for path in paths}
    tagging = schema.get("tagging", {})
    if tagging.get("taggable") and not tagging.get("tagUpdatable", True):
        found.add(tagging.get("tagProperty", "/properties/Tags").removeprefix("/properties/"))
    return sorted(found)


if __name__ == "__main__":
    json.dump({kind: create_only(kind) for kind in sorted(set(sys.argv[1:]))}, sys.stdout, indent=1)
    print()
