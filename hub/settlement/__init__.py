"""Settlement: what each channel and the gas company must come to for a day, and where the three books differ."""
