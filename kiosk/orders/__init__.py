"""The money path: orders, attempts and refunds, driven by pure decisions over durable rows."""
