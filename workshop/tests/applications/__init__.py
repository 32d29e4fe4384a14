"""Six applications as people write them, each behind every door."""
