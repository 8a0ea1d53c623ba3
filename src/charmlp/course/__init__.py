"""A course around the formulas: its homework, and exercises."""
