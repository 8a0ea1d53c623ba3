"""What a target does cannot harm the rest: it is imported and examined in a process of its own."""
