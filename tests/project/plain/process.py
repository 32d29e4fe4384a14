"""No function."""
