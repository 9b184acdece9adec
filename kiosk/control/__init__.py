"""The running terminal's control socket: commands that change something go through it, never around it."""
