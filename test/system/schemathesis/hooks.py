"""What Schemathesis does for us besides its own checks: see ../schemathesis.test.ts."""

import json
import os

import schemathesis

_answers = open(os.environ["ANSWERS_FILE"], "a", buffering=1, encoding="utf-8")
_kept_tokens = os.environ["KEPT_TOKENS"].split()
_spoils = "SPOILS_BODIES" in os.environ
_no_token = "01900000-0000-7000-8000-000000000000"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Ids are taken from answers: whose token is revoked would be refused from then on."""
    if case.path_parameters.get("id") in _kept_tokens:
        case.path_parameters["id"] = _no_token
    # Where nothing may be accepted, whatever was made is spoilt: no operation of ours lets a field be that it does not know.
    if _spoils and isinstance(case.body, dict):
        case.body = {**case.body, "unknown_to_all": True}


@schemathesis.hook
def after_call(context, case, response):
    """Every answer is noted: they are counted, and what was refused is looked for in the database."""
    answer = {
        "operation": case.operation.definition.raw["operationId"],
        "method": case.method,
        "status": response.status_code,
        "correlationId": response.headers["x-correlation-id"][0],
    }
    _answers.write(json.dumps(answer) + "\n")


@schemathesis.check
def errors_are_problems(ctx, response, case):
    """The report of an unhealthy control plane alone is no problem, though it is answered with 503."""
    is_report = case.operation.path == "/api/v1/health" and response.status_code == 503
    if response.status_code < 400 or is_report:
        return
    assert response.headers["content-type"] == ["application/problem+json"], "not a problem"
    problem = json.loads(response.content)
    assert problem["status"] == response.status_code, "another status in the body"
    assert problem["type"].startswith("urn:eucora:problem:"), "not a problem of ours"
    assert [problem["correlation_id"]] == response.headers["x-correlation-id"], "another correlation id in the body"
