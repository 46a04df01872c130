"""What the doors must remember between requests and across workers: rates, and answers to writes.

Nothing here binds a party: every row may be swept when its time is over (``unipact tidy``).
"""

from __future__ import annotations

from django.db import models


class Rate(models.Model):
    """How much of a limit somebody has used: ``busy_until_us`` as in the leaky bucket.

    ``key`` is a digest of limit and subject, so that no address or name of a person is kept.
    """

    key = models.CharField(max_length=64, primary_key=True)
    busy_until_us = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("busy_until_us",), name="rate_by_time"),)

    def __str__(self) -> str:
        return self.key[:12]


class KeptAnswer(models.Model):
    """The answer to a write that came with an ``Idempotency-Key``; the same write gets it again.

    ``principal`` is who wrote, ``request_sha256`` what was asked: another request with the same
    key is refused.
    """

    principal = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.BinaryField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("principal", "key"), name="a_key_is_used_once"),
        )
        indexes = (models.Index(fields=("kept_at",), name="kept_answer_by_time"),)

    def __str__(self) -> str:
        return f"{self.principal} {self.key}"
