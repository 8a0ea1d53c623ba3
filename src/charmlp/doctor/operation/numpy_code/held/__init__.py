"""Programs that learn, as their authors run them: a call that is held, and made again with other weights."""
