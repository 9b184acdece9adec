"""The hub: the server that receives the journals of many terminals."""
