"""Pure values shared by the terminal and the hub: event types, their envelope and the hash chain."""
