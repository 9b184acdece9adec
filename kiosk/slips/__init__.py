"""What is printed, as values: localized, and independent of any printer."""
