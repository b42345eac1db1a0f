"""What incoming photos are like since the version in service came into it, and what has left its band."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from labeling.drift_days import LEAST_RECENT, LEAST_REFERENCE, Measure
from labeling.errors import DomainError
from labeling.models import Project
from labeling.operations import drift as operations
from labeling.policies import Capability, Forbidden
from labeling.queries import drift as queries
from webapp.csv_tables import stream_csv
from webapp.drift_page import DAYS_HEAD, draw_measures, list_day_rows, list_reasons, pair_confidences
from webapp.views.access import current_user, project_action, project_page


@project_page(Capability.SEE_QUALITY)
def drift(request: HttpRequest, project: Project) -> HttpResponse:
    """Each figure beside its band, and the alerts."""
    found = queries.get_drift(project=project, now=timezone.now())
    alerts = queries.list_alerts(project=project)
    context = {
        "drift": found,
        "least_reference": LEAST_REFERENCE[Measure.REFUSED],
        "least_recent": LEAST_RECENT[Measure.REFUSED],
        "charts": draw_measures(project, found),
        "reasons": list_reasons(project, found),
        "confidences": pair_confidences(found),
        "open_alerts": [alert for alert in alerts if alert.closed_at is None],
        "past_alerts": [alert for alert in alerts if alert.closed_at is not None],
    }
    return render(request, "drift.html", context)


@project_page(Capability.SEE_QUALITY)
def days(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Every day of every version as a CSV file."""
    rows = queries.list_days(project=project).iterator(chunk_size=500)
    return stream_csv(f"{project.slug}-drift", DAYS_HEAD, list_day_rows(rows))


@project_action(Capability.TRAIN)
def acknowledge(request: HttpRequest, project: Project, alert_id: int) -> HttpResponse:
    """Say what an alert is about."""
    alert = queries.get_alert(user=current_user(request), alert_id=alert_id, project=project)
    try:
        operations.acknowledge_alert(
            alert=alert, note=request.POST.get("note", ""), by=current_user(request), now=timezone.now()
        )
        messages.success(
            request, "Noted. It stays on this page until the figure is inside of its band again."
        )
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("drift", project.slug)
