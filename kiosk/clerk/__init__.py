"""The page on which clerks call numbers, served by the terminal itself to browsers in the hall."""
