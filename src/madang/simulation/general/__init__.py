"""The engine for everything else: nodes, priorities, budgets, limits, classes' parts, preemption, failures."""
