"""The operation under examination, whatever it is: how it is called, and all that can be seen of one run."""
