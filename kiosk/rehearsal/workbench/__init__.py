"""The workbench: a window beside the terminal from which a person plays the world around it."""
