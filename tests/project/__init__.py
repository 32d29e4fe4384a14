"""The template as a project: its README, examples, scripts, imports, and what it promises."""
