"""Every address, collected from the pages."""

from okaeri.web.api import application as http_api
from okaeri.web.pages.analysis import urls as analysis
from okaeri.web.pages.apikeys import urls as apikeys
from okaeri.web.pages.attributes import urls as attributes
from okaeri.web.pages.calendar import urls as calendar
from okaeri.web.pages.calls import urls as calls
from okaeri.web.pages.cards import urls as cards
from okaeri.web.pages.connections import urls as connections
from okaeri.web.pages.coupons import urls as coupons
from okaeri.web.pages.customers import urls as customers
from okaeri.web.pages.exports import urls as exports
from okaeri.web.pages.forms import urls as forms
from okaeri.web.pages.home import urls as home
from okaeri.web.pages.imports import urls as imports
from okaeri.web.pages.jobs import urls as jobs
from okaeri.web.pages.journeys import urls as journeys
from okaeri.web.pages.matching import urls as matching
from okaeri.web.pages.messages import urls as messages
from okaeri.web.pages.notes import urls as notes
from okaeri.web.pages.palette import urls as palette
from okaeri.web.pages.privacy import urls as privacy
from okaeri.web.pages.results import urls as results
from okaeri.web.pages.segments import urls as segments
from okaeri.web.pages.session import urls as session
from okaeri.web.pages.settings import urls as settings
from okaeri.web.pages.staff import urls as staff
from okaeri.web.pages.start import urls as start
from okaeri.web.pages.subscription_requests import urls as subscription_requests
from okaeri.web.pages.tag import urls as tag
from okaeri.web.pages.voices import urls as voices
from okaeri.web.pages.webhooks import urls as webhooks
from okaeri.web.public import forms_urls as public_forms
from okaeri.web.public import urls as public

urlpatterns = [
    *home.urlpatterns,
    *start.urlpatterns,
    # Before the customers' own, whose last address takes any word for a tab.
    *privacy.urlpatterns,
    *staff.urlpatterns,
    *attributes.urlpatterns,
    *calendar.urlpatterns,
    *calls.urlpatterns,
    *cards.urlpatterns,
    *coupons.urlpatterns,
    *notes.urlpatterns,
    *customers.urlpatterns,
    *matching.urlpatterns,
    *analysis.urlpatterns,
    *segments.urlpatterns,
    *journeys.urlpatterns,
    *messages.urlpatterns,
    *forms.urlpatterns,
    *voices.urlpatterns,
    *subscription_requests.urlpatterns,
    *results.urlpatterns,
    *imports.urlpatterns,
    *jobs.urlpatterns,
    *exports.urlpatterns,
    *settings.urlpatterns,
    *tag.urlpatterns,
    *connections.urlpatterns,
    *apikeys.urlpatterns,
    *webhooks.urlpatterns,
    *http_api.urlpatterns,
    *palette.urlpatterns,
    *session.urlpatterns,
    *public_forms.urlpatterns,
    *public.urlpatterns,
]
