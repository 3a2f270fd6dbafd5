package ledgerfile_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecrmirror/internal/ledgerfile"
)

type item = map[string]types.AttributeValue

var some = item{
	"PK": &types.AttributeValueMemberS{Value: "dst#r.io/app"}, "SK": &types.AttributeValueMemberS{Value: "1"},
	"v": &types.AttributeValueMemberN{Value: "1"},
	"outcome": &types.AttributeValueMemberM{Value: item{
		"transient": &types.AttributeValueMemberBOOL{Value: true}, "error": &types.AttributeValueMemberS{Value: "<&>"},
	}},
}

var unexported = cmpopts.IgnoreUnexported(
	types.AttributeValueMemberS{}, types.AttributeValueMemberN{}, types.AttributeValueMemberBOOL{},
	types.AttributeValueMemberM{},
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	var file bytes.Buffer
	n, err := ledgerfile.Write(&file, func(yield func(item, error) bool) {
		for range 2 {
			yield(some, nil)
		}
	})
	if n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if !strings.HasPrefix(file.String(), `{"Item":{"PK":{"S":"dst#r.io/app"},"SK":{"S":"1"},"outcome":{"M":{`) {
		t.Error(file.String())
	}
	var got []item
	for it, err := range ledgerfile.Read(&file) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, it)
	}
	if diff := cmp.Diff([]item{some, some}, got, unexported); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// An export may go to a terminal, and is whole: neither is a text in it that steers one, nor is any cut.
func TestNothingSteersATerminalAndNothingIsCut(t *testing.T) {
	const long = 5000
	steers := item{"PK": &types.AttributeValueMemberS{Value: "\u009b2J\u202e" + strings.Repeat("x", long)}}
	var file bytes.Buffer
	if _, err := ledgerfile.Write(&file, func(yield func(item, error) bool) { yield(steers, nil) }); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(file.String(), "\u009b\u202e") || file.Len() < long {
		t.Errorf("%d bytes: %.40q", file.Len(), file.String())
	}
	for got, err := range ledgerfile.Read(&file) {
		if diff := cmp.Diff(steers, got, unexported); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	}
}

func TestWhatIsNoLedger(t *testing.T) {
	for text, want := range map[string]string{
		"\n\n[]":                          "line 3:",
		`{"Item":{}}`:                     "line 1: want one object with the member Item",
		`{"Item":{"PK":{"SS":["a"]}}}`:    `unknown field "SS"`,
		`{"Item":{"PK":{}}}`:              `attribute "PK": want one of S, N, BOOL and M`,
		`{"Item":{"PK":{"S":"a"}}}{}`:     "want one object",
		strings.Repeat(" ", 5<<20) + "{}": "too long",
		`{"Item":{"a":{"M":{"b":{}}}}}`:   `attribute "a": attribute "b": want one of`,
		`{"item":{"PK":{"S":"a"}},"x":1}`: `unknown field "x"`,
	} {
		var got error
		for _, err := range ledgerfile.Read(strings.NewReader(text)) {
			got = err
		}
		if got == nil || !strings.Contains(got.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, got, want)
		}
	}
	for range ledgerfile.Read(strings.NewReader("")) {
		t.Error("an empty file has an item")
	}
}
