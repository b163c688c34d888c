"""What was used and what it costs: metering, the ledger's rules, prices and statements, as values, with no database."""
