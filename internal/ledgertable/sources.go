package ledgertable

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"ecrmirror/internal/ledger"
)

// Sources returns what is remembered of the images of a source repository, by their tags. The repository is written as
// in a [ledger.Key].
func (t *Table) Sources(ctx context.Context, api HistoryAPI, repository string) (map[string]ledger.Source, error) {
	pages := dynamodb.NewQueryPaginator(api, &dynamodb.QueryInput{
		TableName:                 aws.String(t.name),
		KeyConditionExpression:    aws.String("#pk = :pk"),
		ExpressionAttributeNames:  map[string]string{"#pk": attrPartition},
		ExpressionAttributeValues: Item{":pk": text(kindSource + repository)},
	})
	sources := map[string]ledger.Source{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, t.failure("reading", err)
		}
		for _, it := range page.Items {
			if _, k := keyIn(it); !strings.HasPrefix(k.Tag, "@") {
				sources[k.Tag] = decodeSource(it)
			}
		}
	}
	return sources, nil
}

// SourceRepositories returns the source repositories of which something is remembered whose names begin with a prefix,
// sorted. The whole table is read for that.
func (t *Table) SourceRepositories(ctx context.Context, api HistoryAPI, prefix string) ([]string, error) {
	pages := dynamodb.NewScanPaginator(api, &dynamodb.ScanInput{
		TableName:                 aws.String(t.name),
		FilterExpression:          aws.String("begins_with(#pk, :prefix)"),
		ProjectionExpression:      aws.String("#pk, #sk"),
		ExpressionAttributeNames:  map[string]string{"#pk": attrPartition, "#sk": attrSort},
		ExpressionAttributeValues: Item{":prefix": text(kindSource + prefix)},
	})
	var repositories []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, t.failure("reading", err)
		}
		for _, it := range page.Items {
			_, k := keyIn(it)
			repositories = append(repositories, k.Repository)
		}
		slices.Sort(repositories)
		repositories = slices.Compact(repositories)
	}
	return repositories, nil
}
