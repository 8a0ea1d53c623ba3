"""Set-ups of an examination: the operation with numbers to try it on, and what its gradient should be."""
