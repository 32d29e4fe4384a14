"""The Lambda door: a handler for everything, one for events without HTTP, and the image's command."""
