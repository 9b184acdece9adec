"""The rules of a queue, pure: numbers, turns, waiting times, hours. Shared by the terminal and the hub."""
