"""Code that takes gradient steps: which it is, one step of it, and the loss that it descends."""
