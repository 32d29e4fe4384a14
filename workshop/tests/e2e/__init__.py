"""What the pages show of the image."""
