"""The terminal door of an application: `APPLICATION=weather python -m workshop.tests.applications Oslo`."""

import sys

from lambda_app.terminal.command import main
from workshop.tests.applications.loading import load

raise SystemExit(main(sys.argv[1:], load))
