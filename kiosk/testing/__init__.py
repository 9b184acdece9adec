"""What drivers and simulators, ours and outsiders', are tested and built with. Never imported by production."""
