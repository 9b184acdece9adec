"""What staff follow up until it is closed: bad ratings, and requests. Append-only: each step with who and when."""
