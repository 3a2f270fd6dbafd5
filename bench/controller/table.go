package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const table = "mirror"

// items are those of the table: one for each image, or for the images of a source repository a selection of all tags.
func (w *world) items() (items []types.WriteRequest) {
	for i := 0; i < w.content.images; i += max(1, w.content.tags) {
		if w.content.tags == 0 {
			repository, tag := w.destination(i)
			items = append(items, put(w.source(i), text(w.ecrHost()+"/"+repository+":"+tag)))
			continue
		}
		repository, _ := w.content.source(i)
		item := put(w.sourceHost(i)+"/"+repository, text(w.ecrHost()+"/mirrored/"))
		item.PutRequest.Item["Tags"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{
			&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
				"include": text("*"), "by": text("name"), "newest": text("all"),
			}},
		}}
		items = append(items, item)
	}
	return items
}

// seedTable writes items, 25 a call.
func (w *world) seedTable(ctx context.Context, items []types.WriteRequest) error {
	const most = 25
	api := dynamodb.NewFromConfig(w.config)
	return each(ctx, (len(items)+most-1)/most, func(ctx context.Context, n int) error {
		_, err := api.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{table: items[n*most : min((n+1)*most, len(items))]},
		})
		return err
	})
}

// seedMalformed adds rows that are no good entries.
func (w *world) seedMalformed(ctx context.Context, n int) error {
	wrong := []types.AttributeValue{
		nil, &types.AttributeValueMemberN{Value: "7"}, text(" , "), &types.AttributeValueMemberBOOL{Value: true},
	}
	var items []types.WriteRequest
	for i := range n {
		items = append(items, put(fmt.Sprintf("%s/malformed-%d:1", w.registries[0].host(), i), wrong[i%len(wrong)]))
	}
	return w.seedTable(ctx, items)
}

func put(source string, destination types.AttributeValue) types.WriteRequest {
	item := map[string]types.AttributeValue{"Source": text(strings.TrimSpace(source))}
	if destination != nil {
		item["Destination"] = destination
	}
	return types.WriteRequest{PutRequest: &types.PutRequest{Item: item}}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
