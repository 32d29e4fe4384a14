"""The terminal door of an application: `APPLICATION=weather python -m tests.applications Oslo`."""

import sys

from lambda_app.terminal.command import main
from tests.applications.loading import load

raise SystemExit(main(sys.argv[1:], load))
