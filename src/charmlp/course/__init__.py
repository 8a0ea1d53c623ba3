"""A course around the formulas: exercises."""
