"""What of an address may be shown."""


def mask_address(address: str) -> str:
    """Show enough to recognise one's own address and too little to learn it: ha***@e***.jp."""
    local, at, domain = address.rpartition("@")
    if not at:
        return "***"
    name, _, top = domain.partition(".")
    shown = local[:2] if len(local) > 3 else local[:1]
    return f"{shown}***@{name[:1]}***.{top}" if top else f"{shown}***@{name[:1]}***"
