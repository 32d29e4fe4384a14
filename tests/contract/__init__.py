"""What every door keeps, tested without a door."""
