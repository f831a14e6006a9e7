"""The one router: reading and writing of a resource share an address."""

from ninja import Router

router = Router()
