"""Monthly statements: reference price, list price, discount, subsidy, amount due."""
