"""A run bound as a report: one HTML page, or what the course hands in."""
