"""Follows `.env` while the process runs: the database is the one that the file names when a request begins."""
import os
import threading

from django.conf import settings
from django.db import connections

from project.reread import reread_databases

_lock = threading.Lock()
_read = None
_own = threading.local()


def follow_environment():
    """One stat of the file; only after a change are settings read and this thread's connection closed."""
    global _read
    state = os.stat(settings.BASE_DIR / ".env")
    stamp = (state.st_ino, state.st_mtime_ns)
    with _lock:
        if stamp != _read:
            reread_databases()
            _read = stamp
    if getattr(_own, "stamp", stamp) != stamp:
        connections["default"].close()
        del connections["default"]
    _own.stamp = stamp


class FollowEnvironment:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        follow_environment()
        return self.get_response(request)
