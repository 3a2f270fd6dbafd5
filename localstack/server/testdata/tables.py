"""Uses boto3's resources for DynamoDB as applications do, and ends with an error where an answer is not as it must be."""

from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError


def refused(code, call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error.response
    raise AssertionError(f"{call} with {parameters} was not refused")


def pages(call, **parameters):
    """Yields all items, page by page."""
    while True:
        page = call(**parameters)
        assert page["Count"] == len(page["Items"]) <= page["ScannedCount"], page
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        parameters["ExclusiveStartKey"] = page["LastEvaluatedKey"]


dynamodb = boto3.resource("dynamodb")
table = dynamodb.create_table(
    TableName="orders",
    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}],
    BillingMode="PAY_PER_REQUEST",
    DeletionProtectionEnabled=True,
)
table.wait_until_exists()

# Nothing is there yet.
assert table.scan()["Items"] == []
assert table.query(KeyConditionExpression=Key("pk").eq("a"))["Count"] == 0
assert "Item" not in table.get_item(Key={"pk": "a", "sk": 1})

# A batch writer sends 25 at a time, and again what comes back unprocessed.
with table.batch_writer(overwrite_by_pkeys=["pk", "sk"]) as batch:
    for n in range(130):
        batch.put_item(Item={"pk": f"p{n % 3}", "sk": n, "half": Decimal(n) / 2, "even": n % 2 == 0, "tags": {"x", str(n)}, "raw": b"\x00\xff"})
    batch.put_item(Item={"pk": "p0", "sk": 0, "last": True})
    batch.delete_item(Key={"pk": "p0", "sk": 129})

assert len(list(pages(table.scan))) == 129
assert len(list(pages(table.scan, Limit=10))) == 129
segments = [list(pages(table.scan, Segment=n, TotalSegments=4)) for n in range(4)]
assert sum(map(len, segments)) == 129
assert table.scan(Select="COUNT", Limit=5) .get("Items") is None
even = list(pages(table.scan, FilterExpression=Attr("even").eq(True) & Attr("half").gte(60), ProjectionExpression="sk, half"))
assert sorted(item["half"] for item in even) == [60, 61, 62, 63, 64], even
found = table.query(KeyConditionExpression=Key("pk").eq("p1") & Key("sk").between(10, 20), ScanIndexForward=False)["Items"]
assert [item["sk"] for item in found] == [19, 16, 13, 10], found
assert found[0]["tags"] == {"x", "19"} and found[0]["raw"].value == b"\x00\xff"
assert table.scan(FilterExpression=Attr("nothing").exists(), Limit=3)["ScannedCount"] == 3

# Conditions.
table.put_item(Item={"pk": "lock", "sk": 0, "holder": "me"}, ConditionExpression=Attr("pk").not_exists())
answer = refused(
    "ConditionalCheckFailedException", table.put_item, Item={"pk": "lock", "sk": 0, "holder": "you"},
    ConditionExpression=Attr("pk").not_exists(), ReturnValuesOnConditionCheckFailure="ALL_OLD",
)
assert answer["Item"]["holder"] == {"S": "me"}, answer
old = table.put_item(Item={"pk": "lock", "sk": 0, "holder": "us"}, ConditionExpression=Attr("holder").eq("me"), ReturnValues="ALL_OLD")
assert old["Attributes"]["holder"] == "me"

# Updates.
new = table.update_item(
    Key={"pk": "lock", "sk": 0}, UpdateExpression="SET #l = list_append(if_not_exists(#l, :none), :one) ADD n :inc, people :names REMOVE holder",
    ExpressionAttributeNames={"#l": "list"}, ExpressionAttributeValues={":none": [], ":one": [Decimal("1.5")], ":inc": 2, ":names": {"a", "b"}},
    ReturnValues="ALL_NEW",
)["Attributes"]
assert new == {"pk": "lock", "sk": 0, "list": [Decimal("1.5")], "n": 2, "people": {"a", "b"}}, new
new = table.update_item(
    Key={"pk": "lock", "sk": 0}, UpdateExpression="DELETE people :names", ExpressionAttributeValues={":names": {"a", "b"}}, ReturnValues="ALL_NEW",
)["Attributes"]
assert "people" not in new and table.get_item(Key={"pk": "lock", "sk": 0})["Item"] == new
refused("ValidationException", table.update_item, Key={"pk": "lock", "sk": 0}, UpdateExpression="SET n = :x")
refused("ValidationException", table.put_item, Item={"pk": "", "sk": 0})
refused("ValidationException", table.put_item, Item={"pk": "large", "sk": 0, "v": "x" * 410_000})

# Several at once.
keys = [{"pk": f"p{n % 3}", "sk": n} for n in range(5)] + [{"pk": "nobody", "sk": 0}]
answer = dynamodb.batch_get_item(RequestItems={"orders": {"Keys": keys, "ConsistentRead": True}})
assert len(answer["Responses"]["orders"]) == 5 and answer["UnprocessedKeys"] == {}, answer
client = dynamodb.meta.client
answer = refused("TransactionCanceledException", client.transact_write_items, TransactItems=[
    {"Put": {"TableName": "orders", "Item": {"pk": "t", "sk": 1}}},
    {"ConditionCheck": {"TableName": "orders", "Key": {"pk": "t", "sk": 2}, "ConditionExpression": "attribute_exists(pk)"}},
])
assert [reason["Code"] for reason in answer["CancellationReasons"]] == ["None", "ConditionalCheckFailed"], answer
assert "Item" not in table.get_item(Key={"pk": "t", "sk": 1})

# The end.
refused("ValidationException", table.delete)
client.update_table(TableName="orders", DeletionProtectionEnabled=False)
table.delete()
table.wait_until_not_exists()
refused("ResourceNotFoundException", table.scan)
print("ok")
