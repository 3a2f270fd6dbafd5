package dynamodb_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecrmirror/localstack/dynamodb"
	"ecrmirror/testkit/awstest"
)

func TestKeepsEveryKindOfAttribute(t *testing.T) {
	c := client(t, start(t, dynamodb.Options{}), home, "us-east-1")
	createTable(t, c, "mirror")
	want := item{
		"Source": str("docker.io/library/alpine:3"),
		"SS":     &types.AttributeValueMemberSS{Value: []string{"a", "b"}},
		"L":      &types.AttributeValueMemberL{Value: []types.AttributeValue{str("a"), str("<b>")}},
		"N":      &types.AttributeValueMemberN{Value: "1893456000"},
		"BOOL":   &types.AttributeValueMemberBOOL{Value: true},
		"NULL":   &types.AttributeValueMemberNULL{Value: true},
		"M":      &types.AttributeValueMemberM{Value: item{"k": str("v")}},
	}
	put(t, c, "mirror", want)
	got, err := c.GetItem(t.Context(), &awsdynamodb.GetItemInput{
		TableName: aws.String("mirror"), Key: item{"Source": want["Source"]},
	})
	if err != nil {
		t.Fatal(err)
	}
	unexported := cmpopts.IgnoreUnexported(
		types.AttributeValueMemberS{}, types.AttributeValueMemberSS{}, types.AttributeValueMemberL{},
		types.AttributeValueMemberN{},
		types.AttributeValueMemberBOOL{}, types.AttributeValueMemberNULL{}, types.AttributeValueMemberM{})
	if d := cmp.Diff(want, got.Item, unexported); d != "" {
		t.Errorf("item differs (-put +got):\n%s", d)
	}
}

func TestPagesOfScanNeitherLoseNorRepeatItems(t *testing.T) {
	for _, tc := range []struct {
		name      string
		pageLimit int
		limit     *int32
		minPages  int
	}{
		{"caller's limit", 0, aws.Int32(3), 4},
		{"service's limit", 4, nil, 3},
		{"service's limit under the caller's", 2, aws.Int32(5), 5},
		{"no limit", 0, nil, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := client(t, start(t, dynamodb.Options{PageLimit: tc.pageLimit}), home, "us-east-1")
			createTable(t, c, "mirror")
			var want []string
			for n := range 10 {
				key := fmt.Sprintf("image-%02d", n)
				want = append(want, key)
				put(t, c, "mirror", item{"Source": str(key)})
			}
			p := awsdynamodb.NewScanPaginator(c, &awsdynamodb.ScanInput{
				TableName: aws.String("mirror"), Limit: tc.limit,
			})
			got, pages := []string{}, 0
			for ; p.HasMorePages(); pages++ {
				page, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, keys(page.Items)...)
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("scan gave %v, want %v", got, want)
			}
			if pages < tc.minPages {
				t.Errorf("%d pages, want at least %d", pages, tc.minPages)
			}
		})
	}
}

func TestFilterLeavesOutExpiredItems(t *testing.T) {
	c := client(t, start(t, dynamodb.Options{PageLimit: 1}), home, "us-east-1")
	createTable(t, c, "mirror")
	put(t, c, "mirror", item{"Source": str("expired"), "Expires": &types.AttributeValueMemberN{Value: "100"}})
	put(t, c, "mirror", item{"Source": str("fresh"), "Expires": &types.AttributeValueMemberN{Value: "3000"}})
	put(t, c, "mirror", item{"Source": str("lasting")})
	filter := aws.String("attribute_not_exists(#e) OR #e > :now")
	names := map[string]string{"#e": "Expires"}
	values := item{":now": &types.AttributeValueMemberN{Value: "2000"}}

	p := awsdynamodb.NewScanPaginator(c, &awsdynamodb.ScanInput{
		TableName: aws.String("mirror"), FilterExpression: filter, ExpressionAttributeNames: names,
		ExpressionAttributeValues: values,
	})
	var got []string
	for p.HasMorePages() {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, keys(page.Items)...)
	}
	if slices.Sort(got); !slices.Equal(got, []string{"fresh", "lasting"}) {
		t.Errorf("scan gave %v", got)
	}

	names["#s"] = "Source"
	for key, want := range map[string]int32{"expired": 0, "fresh": 1, "absent": 0} {
		values[":s"] = str(key)
		out, err := c.Query(t.Context(), &awsdynamodb.QueryInput{
			TableName: aws.String("mirror"), KeyConditionExpression: aws.String("#s = :s"), FilterExpression: filter,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		})
		if err != nil {
			t.Fatal(err)
		}
		if out.Count != want {
			t.Errorf("query for %s found %d items, want %d", key, out.Count, want)
		}
	}
}

func TestConditionalWriteKeepsWhatIsThere(t *testing.T) {
	c := client(t, start(t, dynamodb.Options{}), home, "us-east-1")
	createTable(t, c, "mirror")
	in := &awsdynamodb.PutItemInput{
		TableName: aws.String("mirror"), Item: item{"Source": str("a")},
		ConditionExpression:      aws.String("attribute_not_exists(#s)"),
		ExpressionAttributeNames: map[string]string{"#s": "Source"},
	}
	if _, err := c.PutItem(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutItem(t.Context(), in); awstest.Code(err) != "ConditionalCheckFailedException" {
		t.Errorf("second write: %v", err)
	}
	_, err := c.UpdateItem(t.Context(), &awsdynamodb.UpdateItemInput{
		TableName: aws.String("mirror"), Key: item{"Source": str("b")},
		UpdateExpression: aws.String("SET Checked = :v"), ConditionExpression: aws.String("attribute_exists(#s)"),
		ExpressionAttributeNames: map[string]string{"#s": "Source"}, ExpressionAttributeValues: item{":v": str("now")},
	})
	if awstest.Code(err) != "ConditionalCheckFailedException" {
		t.Errorf("update of an absent item: %v", err)
	}
}

func TestDescribesTables(t *testing.T) {
	c := client(t, start(t, dynamodb.Options{}), home, "eu-west-1")
	createTable(t, c, "mirror")
	out, err := c.DescribeTable(t.Context(), &awsdynamodb.DescribeTableInput{TableName: aws.String("mirror")})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(out.Table.TableArn); got != "arn:aws:dynamodb:eu-west-1:111122223333:table/mirror" {
		t.Errorf("ARN %s", got)
	}
	if out.Table.TableStatus != types.TableStatusActive || out.Table.CreationDateTime == nil ||
		len(out.Table.AttributeDefinitions) != 1 {
		t.Errorf("description %+v", out.Table)
	}
	list, err := c.ListTables(t.Context(), &awsdynamodb.ListTablesInput{})
	if err != nil || !slices.Equal(list.TableNames, []string{"mirror"}) {
		t.Errorf("tables %v, %v", list, err)
	}
	if _, err := c.DeleteTable(t.Context(),
		&awsdynamodb.DeleteTableInput{TableName: aws.String("mirror")}); err != nil {
		t.Fatal(err)
	}
	list, err = c.ListTables(t.Context(), &awsdynamodb.ListTablesInput{})
	if err != nil || len(list.TableNames) != 0 {
		t.Errorf("tables after delete %v, %v", list, err)
	}
}

func TestTimeToLiveIsWhatWasSet(t *testing.T) {
	c := client(t, start(t, dynamodb.Options{}), home, "us-east-1")
	createTable(t, c, "mirror")
	set := func(enabled bool) error {
		_, err := c.UpdateTimeToLive(t.Context(), &awsdynamodb.UpdateTimeToLiveInput{
			TableName: aws.String("mirror"),
			TimeToLiveSpecification: &types.TimeToLiveSpecification{
				AttributeName: aws.String("Expires"), Enabled: aws.Bool(enabled),
			},
		})
		return err
	}
	status := func() types.TimeToLiveDescription {
		out, err := c.DescribeTimeToLive(t.Context(),
			&awsdynamodb.DescribeTimeToLiveInput{TableName: aws.String("mirror")})
		if err != nil {
			t.Fatal(err)
		}
		return *out.TimeToLiveDescription
	}
	if got := status(); got.TimeToLiveStatus != types.TimeToLiveStatusDisabled {
		t.Errorf("new table: %v", got.TimeToLiveStatus)
	}
	if err := set(false); awstest.Code(err) != "ValidationException" {
		t.Errorf("disabling what is disabled: %v", err)
	}
	if err := set(true); err != nil {
		t.Fatal(err)
	}
	if got := status(); got.TimeToLiveStatus != types.TimeToLiveStatusEnabled ||
		aws.ToString(got.AttributeName) != "Expires" {
		t.Errorf("enabled: %+v", got)
	}
	if err := set(true); awstest.Code(err) != "ValidationException" {
		t.Errorf("enabling what is enabled: %v", err)
	}
}

func TestRefuses(t *testing.T) {
	url := start(t, dynamodb.Options{})
	c := client(t, url, home, "us-east-1")
	createTable(t, c, "mirror")
	absent := aws.String("absent")
	for _, tc := range []struct {
		name string
		call func() error
		code string
	}{
		{"scan of an absent table", func() error {
			_, err := c.Scan(t.Context(), &awsdynamodb.ScanInput{TableName: absent})
			return err
		}, "ResourceNotFoundException"},
		{"put to an absent table", func() error {
			_, err := c.PutItem(t.Context(), &awsdynamodb.PutItemInput{
				TableName: absent, Item: item{"Source": str("a")},
			})
			return err
		}, "ResourceNotFoundException"},
		{"description of an absent table", func() error {
			_, err := c.DescribeTable(t.Context(), &awsdynamodb.DescribeTableInput{TableName: absent})
			return err
		}, "ResourceNotFoundException"},
		{"time to live of an absent table", func() error {
			_, err := c.DescribeTimeToLive(t.Context(), &awsdynamodb.DescribeTimeToLiveInput{TableName: absent})
			return err
		}, "ResourceNotFoundException"},
		{"item without key", func() error {
			_, err := c.PutItem(t.Context(), &awsdynamodb.PutItemInput{
				TableName: aws.String("mirror"), Item: item{"Destination": str("a")},
			})
			return err
		}, "ValidationException"},
		{"new values of a put", func() error {
			_, err := c.PutItem(t.Context(), &awsdynamodb.PutItemInput{
				TableName: aws.String("mirror"), Item: item{"Source": str("a")}, ReturnValues: types.ReturnValueAllNew,
			})
			return err
		}, "ValidationException"},
		{"operation it does not have", func() error {
			_, err := c.ListBackups(t.Context(), &awsdynamodb.ListBackupsInput{})
			return err
		}, "UnknownOperationException"},
		{"table of another region", func() error {
			_, err := client(t, url, home, "eu-west-1").Scan(t.Context(),
				&awsdynamodb.ScanInput{TableName: aws.String("mirror")})
			return err
		}, "ResourceNotFoundException"},
		{"table of another account", func() error {
			_, err := client(t, url, "444455556666", "us-east-1").Scan(t.Context(),
				&awsdynamodb.ScanInput{TableName: aws.String("mirror")})
			return err
		}, "ResourceNotFoundException"},
	} {
		if err := tc.call(); err == nil || awstest.Code(err) != tc.code {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.code)
		}
	}
}

func TestServesManyAtOnce(t *testing.T) {
	c := client(t, start(t, dynamodb.Options{}), home, "us-east-1")
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			createTable(t, c, fmt.Sprintf("table-%d", n))
			put(t, c, fmt.Sprintf("table-%d", n), item{"Source": str("a")})
			if _, err := c.DescribeTable(t.Context(),
				&awsdynamodb.DescribeTableInput{TableName: aws.String("table-0")}); err != nil &&
				awstest.Code(err) != "ResourceNotFoundException" {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
