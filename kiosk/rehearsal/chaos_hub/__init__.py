"""Terminals and their hub, among bad networks, kills and intruders; every row counted at both ends."""
