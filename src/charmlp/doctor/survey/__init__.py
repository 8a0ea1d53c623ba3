"""What of a file was not examined: its statements that compute gradients, and which were looked at."""
