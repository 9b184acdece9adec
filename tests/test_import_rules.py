"""Import rules that import-linter has no contract for."""

import grimp


def test_a_simulator_shares_no_module_with_its_driver() -> None:
    """Two readings of a protocol check each other only when they share no code, the settings included."""
    graph = grimp.build_graph("drivers", "kiosk")
    simulators = graph.find_matching_modules("drivers.*.simulator")
    assert simulators
    for simulator in simulators:
        package = simulator.rpartition(".")[0]
        driver = f"{package}.driver"
        reached = graph.find_upstream_modules(simulator) | {simulator}
        shared = reached & (graph.find_upstream_modules(driver) | {driver})
        assert not {module for module in shared if module.startswith(f"{package}.")}, simulator
        seen = {module for module in reached if module.startswith("kiosk.")}
        assert {module for module in seen if not module.startswith("kiosk.testing")} == set(), simulator
