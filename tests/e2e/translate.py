"""Print a SAM template as the CloudFormation template that AWS makes of it: by AWS's own translator, in .tools/aws."""

import json
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_parse  # type: ignore[import-not-found]
from samtranslator.translator.transform import transform  # type: ignore[import-not-found]


class ManagedPolicies:
    """AWS's managed policies, none of which the template names."""

    def load(self) -> dict[str, str]:
        """Return their names and ARNs."""
        return {}


print(json.dumps(transform(yaml_parse(Path(sys.argv[1]).read_text()), {}, ManagedPolicies())))  # noqa: T201
