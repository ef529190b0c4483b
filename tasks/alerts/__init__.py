"""Events about troubles, and the automations that tell somebody of them."""
