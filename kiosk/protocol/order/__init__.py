"""What an order has come to: its rows, what each event makes of them, and how people are told. Pure."""
