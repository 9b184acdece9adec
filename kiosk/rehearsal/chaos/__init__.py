"""The campaign: residents, faults and power cuts, and at the end everybody's books side by side."""
