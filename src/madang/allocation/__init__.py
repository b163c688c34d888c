"""Who gets how much: solve an allocation problem under a policy, check, explain, replay and compare the plans.

The modules, in reading order: parts, problem, policies, solve, plan, check, explain, sentences, replay, compare. It
stands alone: no Django, no database, no clock that decides anything.
"""
