"""How the fixtures' plans, states and reports are recorded."""
