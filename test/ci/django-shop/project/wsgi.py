import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
application = get_wsgi_application()

# Loaded before the fork, whichever of them the settings name: behind a flip nobody waits for an import.
import django.db.backends.mysql.base  # noqa: E402, F401
import django.db.backends.postgresql.base  # noqa: E402, F401
