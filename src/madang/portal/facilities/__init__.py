"""The catalogue of what can be booked: equipment, simulators, rooms and seats."""
