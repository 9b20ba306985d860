"""The page that sets the till up from a phone: who may see it, what it asks, how it is served.

The page is served by a process without any rights. It hears and says nothing but what
`kiosk.phone_setup.messages` has; root's part is `kiosk.provision.phone_setup`.
"""
