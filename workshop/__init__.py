"""The template's own workshop: what a project that was made from it does without. `make mine` takes it out."""
