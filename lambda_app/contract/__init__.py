"""What every door keeps: documents, problems, endpoints, and what lives as long as the process."""
