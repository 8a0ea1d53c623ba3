"""Objects with a forward and a backward pass, and what these leave on them."""
