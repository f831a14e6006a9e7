"""LINE: audiences of the Messaging API."""
