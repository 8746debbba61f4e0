"""Runs an emulator (`ministack` or `moto`) that ends when its parent process ends."""

import json
import os
import re
import sys
import threading


def end_with_parent():
    """Standard input closes when the parent has ended, for whatever reason."""
    sys.stdin.buffer.read()
    os._exit(0)


def moto():
    from moto.server import main

    main(["--host", "127.0.0.1", "--port", os.environ["GATEWAY_PORT"]])


def ministack():
    from ministack.app import main

    send_alarm_events()
    add_condition_keys()
    return_arn_of_secrets()
    accept_metric_math()
    require_mail_confirmation()
    main()


def require_mail_confirmation():
    """
    An e-mail subscription receives nothing until its owner follows the link in a confirmation mail, and is listed
    without an ARN until then. MiniStack confirms it at once. Here the confirmation mail is a line on standard output.
    """
    from ministack.services import sns
    from ministack.services.cloudformation import provisioners

    subscription = provisioners._RESOURCE_HANDLERS["AWS::SNS::Subscription"]
    create = subscription["create"]
    listed = sns._list_subscriptions_by_topic

    def create_unconfirmed(logical_id, props, *rest):
        arn, attributes = create(logical_id, props, *rest)
        if props["Protocol"] == "email":
            one = sns._find_subscription(props["TopicArn"], arn)
            one.update(confirmed=False, token=sns.new_uuid())
            query = f"Action=ConfirmSubscription&TopicArn={props['TopicArn']}&Token={one['token']}"
            print(f"MAIL to {props['Endpoint']}: to confirm the subscription, visit /?{query}", flush=True)
        return arn, attributes

    def list_without_pending(params):
        status, headers, body = listed(params)
        for one in sns._topics[sns._p(params, "TopicArn")]["subscriptions"] if status == 200 else []:
            if not one["confirmed"]:
                body = body.replace(one["arn"].encode(), b"PendingConfirmation")
        return status, headers, body

    subscription["create"] = create_unconfirmed
    sns._list_subscriptions_by_topic = list_without_pending


def accept_metric_math():
    """MiniStack's CloudFormation rejects alarms on metric math. They are deployed on a metric without data."""
    from ministack.services.cloudformation import provisioners

    alarm = provisioners._RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"]
    create = alarm["create"]

    def create_without_math(logical_id, props, *rest):
        if "Metrics" in props:
            no_data = {"Namespace": "MetricMath", "MetricName": logical_id, "Statistic": "Sum", "Period": 60}
            props = {**{key: value for key, value in props.items() if key != "Metrics"}, **no_data}
        return create(logical_id, props, *rest)

    alarm["create"] = create_without_math


def return_arn_of_secrets():
    """`Ref` of a secret returns its ARN. MiniStack returns its name, which no policy can allow."""
    from ministack.services.cloudformation import provisioners

    secret = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create = secret["create"]

    def create_with_arn(*args):
        _, attributes = create(*args)
        return attributes["Arn"], attributes

    secret["create"] = create_with_arn


def add_condition_keys():
    """Adds the condition keys in our policies that MiniStack's IAM does not have."""
    from ministack.core import iam_actions
    from ministack.services import stepfunctions

    original = iam_actions.request_tag_context

    def context(service, action, body, params):
        return {**original(service, action, body, params), **conditions_of(service, action, body)}

    iam_actions.request_tag_context = context
    resource_of = iam_actions.extract_resource_arn

    def resource(service, method, path, headers, body, *rest):
        # AWS finds the state machine by the task token. Here there is only one.
        if headers.get("x-amz-target") == "AWSStepFunctions.SendTaskSuccess":
            return next(iter(stepfunctions._state_machines))
        return resource_of(service, method, path, headers, body, *rest)

    iam_actions.extract_resource_arn = resource


def conditions_of(service, action, body):
    if service == "kms" and action in ("kms:GenerateMac", "kms:VerifyMac"):
        return {"kms:MacAlgorithm": json.loads(body)["MacAlgorithm"]}
    if service == "dynamodb":
        request = json.loads(body)
        key = request.get("Item") or request.get("Key")
        if key is None and (equals := re.match(r"pk = (:\w+)", request.get("KeyConditionExpression", ""))):
            key = {"pk": request["ExpressionAttributeValues"][equals[1]]}
        return {} if key is None else {"dynamodb:LeadingKeys": [key["pk"]["S"]]}
    if service == "events" and action == "events:PutEvents":
        entries = json.loads(body)["Entries"]
        return {
            "events:source": [one["Source"] for one in entries],
            "events:detail-type": [one["DetailType"] for one in entries],
        }
    return {}


def send_alarm_events():
    """
    CloudWatch puts every state change of an alarm on the event bus; MiniStack does not. Like the real one, its bus
    accepts no events of AWS services from others.
    """
    from ministack.services import cloudwatch, eventbridge

    dispatch = cloudwatch._dispatch_alarm_actions

    def dispatch_and_send(alarm, old, new, reason):
        dispatch(alarm, old, new, reason)
        entry = {
            "Source": "aws.cloudwatch",
            "DetailType": "CloudWatch Alarm State Change",
            "Resources": [alarm["AlarmArn"]],
            "Detail": json.dumps(detail_of(alarm, old, new, reason)),
        }
        eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)

    cloudwatch._dispatch_alarm_actions = dispatch_and_send


def detail_of(alarm, old, new, reason):
    dimensions = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
    metric = {"namespace": alarm["Namespace"], "name": alarm["MetricName"], "dimensions": dimensions}
    stat = {"metric": metric, "period": alarm["Period"], "stat": alarm["Statistic"]}
    return {
        "alarmName": alarm["AlarmName"],
        "configuration": {
            "description": alarm["AlarmDescription"],
            "metrics": [{"id": "m1", "metricStat": stat, "returnData": True}],
        },
        "previousState": {"value": old},
        "state": {"value": new, "reason": reason},
    }


if __name__ == "__main__":
    sys.argv, name = sys.argv[:1], sys.argv[1]
    threading.Thread(target=end_with_parent, daemon=True).start()
    {"moto": moto, "ministack": ministack}[name]()
