"""Addresses of messages and of the local mailbox."""

from django.urls import path

from okaeri.web.pages.messages import sending, views

urlpatterns = [
    path("actions/messages/", views.messages, name="messages"),
    path("actions/messages/<int:message_id>/", views.message, name="message"),
    path("actions/messages/<int:message_id>/body/", views.message_body, name="message_body"),
    path("actions/sending/pause/", sending.pause, name="sending_pause"),
    path("actions/sending/resume/", sending.resume, name="sending_resume"),
    path("actions/sending/again/", sending.send_again, name="send_again"),
    path("actions/mailbox/", views.mailbox, name="mailbox"),
    path("actions/mailbox/<int:message_id>/", views.mail, name="mail"),
    path("actions/mailbox/<int:message_id>/body/", views.mail_body, name="mail_body"),
]
