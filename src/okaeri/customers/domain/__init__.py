"""Pure rules of identity, profile and consent."""
