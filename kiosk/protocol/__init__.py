"""Pure values shared by the terminal and the hub: events, what they make of an order or a matter, the hash chain."""
