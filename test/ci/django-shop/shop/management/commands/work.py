import signal
import time

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections, transaction
from django.utils.timezone import now

from shop.follow import follow_environment
from shop.models import Job, Shipment


class Command(BaseCommand):
    """Takes jobs from the queue until SIGTERM, and prints the token of each order after the commit of its shipment."""

    def handle(self, *args, **options):
        running = [True]
        signal.signal(signal.SIGTERM, lambda *_: running.clear())
        while running:
            if "shop.follow.FollowEnvironment" in settings.MIDDLEWARE:
                follow_environment()
            try:
                token = take()
            except Error:
                token = None
                close_old_connections()
            if token:
                print(token, flush=True)
            else:
                time.sleep(0.05)


def take():
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).filter(state="new").order_by("pk").first()
        if job is None:
            return None
        Shipment.objects.create(order_id=job.order_id)
        job.state, job.done_at = "done", now()
        job.save()
        token = job.order.token
    return token
