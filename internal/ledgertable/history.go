package ledgertable

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/ledger"
)

// kindEvent begins the partition keys of events. Their sort keys are the time, the tag and the kind.
const kindEvent = "log#"

// attrEvent is what happened. It is written once.
const attrEvent = "event" // M: before, after, from, job, text, bytes, ms

// A History says how events are kept. The zero value keeps none.
type History struct {
	Keep   time.Duration    // for how long DynamoDB keeps them; 0 = none is written
	Now    func() time.Time // nil = time.Now
	Failed func(error)      // is told of events that could not be written; nil = nobody is
}

// With returns the table that keeps the history of what it writes.
func (t *Table) With(h History) *Table {
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.Failed == nil {
		h.Failed = func(error) {}
	}
	with := *t
	with.history = h
	return &with
}

// log writes events.
func (t *Table) log(ctx context.Context, events []ledger.Event) {
	for _, e := range events {
		it := encodeEvent(e)
		u := update{names: map[string]string{}, values: Item{}}
		u.set(attrEvent, it)
		u.set(contract.LedgerExpires, number(e.Time.Add(t.history.Keep).Unix()))
		u.set(attrVersion, number(ledger.Version))
		u.names["#pk"] = attrPartition
		u.conditions = []string{"attribute_not_exists(#pk)"}
		if _, err := t.update(ctx, eventKey(e), u); err != nil && !t.Overtaken(err) {
			t.history.Failed(err)
		}
	}
}

func eventKey(e ledger.Event) Item {
	sort := strings.Join([]string{e.Time.UTC().Format(timeForm), e.Key.Tag, string(e.Kind)}, "#")
	return keyOf(kindEvent, ledger.Key{Repository: e.Key.Repository, Tag: sort})
}

func encodeEvent(e ledger.Event) types.AttributeValue {
	return fields{
		"kind": text(e.Kind), "tag": text(e.Key.Tag), "time": moment(e.Time),
		"before": text(e.Before), "after": text(e.After), "from": text(e.From),
		"job": text(e.Job), "text": text(e.Text), "bytes": number(e.Bytes), "ms": number(e.Took.Milliseconds()),
	}.value()
}

// decodeEvent reads an event of a repository.
func decodeEvent(repository string, it Item) ledger.Event {
	m := membersOf(it[attrEvent])
	return ledger.Event{
		Key: ledger.Key{Repository: repository, Tag: m.text("tag")}, Kind: ledger.Kind(m.text("kind")),
		Time: m.time("time"), Before: m.digest("before"), After: m.digest("after"), From: m.digest("from"),
		Job: m.text("job"), Text: m.text("text"), Bytes: m.number("bytes"),
		Took: time.Duration(m.number("ms")) * time.Millisecond,
	}
}

// HistoryAPI is the calls by which a history is read.
type HistoryAPI interface {
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
}

// Events iterates the events of a repository since a time, in their order. If the repository is "", it iterates those
// of all repositories, in no particular order: the whole table is read for that.
func (t *Table) Events(
	ctx context.Context, api HistoryAPI, repository string, since time.Time,
) iter.Seq2[ledger.Event, error] {
	if repository == "" {
		return t.allEvents(ctx, api, since)
	}
	return func(yield func(ledger.Event, error) bool) {
		pages := dynamodb.NewQueryPaginator(api, &dynamodb.QueryInput{
			TableName:                aws.String(t.name),
			KeyConditionExpression:   aws.String("#pk = :pk AND #sk >= :since"),
			ExpressionAttributeNames: map[string]string{"#pk": attrPartition, "#sk": attrSort},
			ExpressionAttributeValues: Item{
				":pk": text(kindEvent + repository), ":since": text(since.UTC().Format(timeForm)),
			},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(ledger.Event{}, t.failure("reading", err))
				return
			}
			for _, it := range page.Items {
				if !yield(decodeEvent(repository, it), nil) {
					return
				}
			}
		}
	}
}

// allEvents reads the table for events.
func (t *Table) allEvents(ctx context.Context, api HistoryAPI, since time.Time) iter.Seq2[ledger.Event, error] {
	return func(yield func(ledger.Event, error) bool) {
		pages := dynamodb.NewScanPaginator(api, &dynamodb.ScanInput{
			TableName:                aws.String(t.name),
			FilterExpression:         aws.String("begins_with(#pk, :log) AND #sk >= :since"),
			ExpressionAttributeNames: map[string]string{"#pk": attrPartition, "#sk": attrSort},
			ExpressionAttributeValues: Item{
				":log": text(kindEvent), ":since": text(since.UTC().Format(timeForm)),
			},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(ledger.Event{}, t.failure("reading", err))
				return
			}
			for _, it := range page.Items {
				_, k := keyIn(it)
				if !yield(decodeEvent(k.Repository, it), nil) {
					return
				}
			}
		}
	}
}
