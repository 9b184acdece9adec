"""Byte transports by URL: the one door to hardware. `open_port` opens one; `Port` is what a driver holds."""
