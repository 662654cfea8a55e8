"""The databases as the settings name them now, in a process that has read them before."""
from importlib import reload

from django.conf import settings
from django.db import connections

import project.settings


def reread_databases():
    """Connections that are open stay what they are; whoever holds one closes it."""
    settings.DATABASES = reload(project.settings).DATABASES
    connections.settings = connections.configure_settings(settings.DATABASES)
