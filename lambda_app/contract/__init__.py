"""What every door shares: documents, problems, endpoints, settings, and resources that live as long as the process."""
