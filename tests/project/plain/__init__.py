"""What stands in for a person's files where the template's own imports are measured: nothing that would be imported."""
