"""`python -m lambda_app`: the terminal door."""

from lambda_app.cli import main

raise SystemExit(main())
