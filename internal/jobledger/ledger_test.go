package jobledger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/jobledger"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/internal/printable"
	"ecrmirror/internal/transient"
	standin "ecrmirror/localstack/dynamodb"
	"ecrmirror/testkit/awstest"
)

// start returns a ledger whose table is in localstack, and what it logs.
func start(t *testing.T) (*dynamodb.Client, *ledgertable.Table, *jobledger.Ledger, *bytes.Buffer) {
	url := awstest.Serve(t, standin.New(standin.Options{Home: "111122223333"}))
	api := dynamodb.NewFromConfig(awstest.Config(url, "111122223333", "us-east-1"))
	err := awstest.CreateLedger(t.Context(), api, "ledger")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	table := ledgertable.New(api, "ledger")
	return api, table, &jobledger.Ledger{
		Table: table, Name: "ledger", Log: printable.TextLog(&log, slog.LevelDebug),
	}, &log
}

// write writes a record, and returns it as it is then.
func write(t *testing.T, table *ledgertable.Table, image string, was, is ledger.Destination) ledger.Destination {
	t.Helper()
	now, err := table.WriteDestination(t.Context(), ledger.KeyOf(named(t, image)), was, is)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

func TestAHeldImageStays(t *testing.T) {
	_, table, l, _ := start(t)
	free := ledger.Destination{Wanted: one}
	held := ledger.Destination{Wanted: one, Hold: ledger.Hold{Because: "it crashes\x1b", Since: now}}
	held = write(t, table, "registry.example.com/app:1", ledger.Destination{}, held)
	write(t, table, "registry.example.com/app:2", ledger.Destination{}, free)
	for image, want := range map[string]bool{
		"registry.example.com/app:1": true, "registry.example.com/app:2": false, "registry.example.com/app:3": false,
		"registry.example.com:443/app:1": true, "oci:/registry.example.com/app:1": false,
	} {
		err := l.BeforeTag(t.Context(), named(t, image))
		var because *ledger.HeldError
		if errors.As(err, &because) != want || (err != nil) != want {
			t.Errorf("%s: %v", image, err)
		}
		if want && (transient.Is(err) ||
			err.Error() != "left as it is: held since 2026-11-27T12:00:00Z: it crashes?") {
			t.Errorf("%v", err)
		}
	}
	write(t, table, "registry.example.com/app:1", held, free)
	if err := l.BeforeTag(t.Context(), named(t, "registry.example.com/app:1")); err != nil {
		t.Errorf("released: %v", err)
	}
}

// Where it is not known whether an image is held, its tag does not move.
func TestAnImageThatMayBeHeldStays(t *testing.T) {
	api, table, l, _ := start(t)
	app := named(t, "registry.example.com/app:1")
	later(t, api)
	if err := l.BeforeTag(t.Context(), app); !errors.Is(err, ledger.ErrLater) {
		t.Errorf("%v", err)
	}
	missing := jobledger.Ledger{Table: ledgertable.New(api, "other")}
	if err := missing.BeforeTag(t.Context(), app); !errors.Is(err, ledgertable.ErrNoTable) {
		t.Errorf("%v", err)
	}
	_ = table
}

// later puts a record of a later version.
func later(t *testing.T, api *dynamodb.Client) {
	t.Helper()
	_, err := api.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("ledger"), Item: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "dst#registry.example.com/app"},
			"SK": &types.AttributeValueMemberS{Value: "1"}, "v": &types.AttributeValueMemberN{Value: "2"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Outcomes are written though the job was told to end, each to its image's record, and to none that is not there.
func TestOutcomesAreWritten(t *testing.T) {
	_, table, l, log := start(t)
	var records []jobledger.Record
	var keys []ledger.Key
	for n := range 30 {
		image := named(t, fmt.Sprint("registry.example.com/app:", n))
		keys = append(keys, ledger.KeyOf(image))
		records = append(records, jobledger.Record{Destination: image, Outcome: ledger.Outcome{
			Job: "j1", Attempt: 1, Time: now, From: one, Digest: one, Bytes: int64(n), Took: time.Second, Log: "g:s",
		}})
		if n > 0 {
			write(t, table, image.String(), ledger.Destination{}, ledger.Destination{Wanted: one})
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	l.Write(ended, records)
	got, err := table.Read(t.Context(), nil, keys)
	if err != nil || len(got.Destinations) != 29 {
		t.Fatalf("%d records, %v", len(got.Destinations), err)
	}
	for n, r := range records[1:] {
		if o := got.Destinations[keys[n+1]].Outcome; o != r.Outcome {
			t.Errorf("%v: %+v", keys[n+1], o)
		}
	}
	if !strings.Contains(log.String(), "level=DEBUG") || !strings.Contains(log.String(), "app:0") ||
		strings.Contains(log.String(), "level=WARN") {
		t.Errorf("log: %s", log)
	}
}

// What can't be written is a warning that names the ledger, the image and the reason.
func TestAnOutcomeThatCannotBeWritten(t *testing.T) {
	api, _, l, log := start(t)
	later(t, api)
	record := jobledger.Record{Destination: named(t, "registry.example.com/app:1"), Outcome: ledger.Outcome{Job: "j1"}}
	l.Write(t.Context(), []jobledger.Record{record})
	if want := `level=WARN msg="outcome not recorded" ledger=ledger destination=registry.example.com/app:1 ` +
		`error="its record in the ledger is of a later version`; !strings.Contains(log.String(), want) {
		t.Errorf("log: %s", log)
	}
	log.Reset()
	missing := jobledger.Ledger{Table: ledgertable.New(api, "other"), Name: "other", Log: l.Log}
	missing.Write(t.Context(), []jobledger.Record{record})
	if want := "level=WARN"; !strings.Contains(log.String(), want) || !strings.Contains(log.String(), "ledger=other") ||
		!strings.Contains(log.String(), "ledger does not exist") {
		t.Errorf("log: %s", log)
	}
}
