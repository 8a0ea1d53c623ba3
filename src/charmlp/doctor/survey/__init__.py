"""What of a file was not examined: its statements that compute gradients or steps, and which were looked at."""
