"""The project: its events, its scripts, and what each door imports."""
