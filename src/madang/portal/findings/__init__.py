"""What the check of conflicts finds and a person acts on: possible matches to resolve, sheets to be set aside."""
