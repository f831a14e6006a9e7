"""People of contacts that are gone: removed whole, where nothing else of them is left."""

from okaeri.customers.models import Customer, PartyLink


def remove_people_of(party_ids: set[int]) -> list[int]:
    """Remove links of these contacts and every customer who has no other; gives their ids."""
    links = PartyLink.objects.values_list("party_id", "customer_id")
    owners = {customer for party, customer in links if party in party_ids}
    others = {customer for party, customer in links if party not in party_ids}
    gone = sorted(owners - others)
    PartyLink.objects.filter(customer_id__in=gone).delete()
    absorbed = Customer.objects.filter(merged_into_id__in=gone)
    gone += [number for number in absorbed.values_list("id", flat=True) if number not in gone]
    people = Customer.objects.filter(id__in=gone)
    people.update(merged_into=None)
    people.delete()
    return gone
