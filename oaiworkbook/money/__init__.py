"""What calls cost: usage, prices, bounds before the call, the ledger after it, spend limits."""
