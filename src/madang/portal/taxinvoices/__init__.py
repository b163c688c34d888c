"""What is entered into the tax service's electronic tax invoices, for statements and credit notes."""
