package dynamodb_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/dynamodb"
)

// The corpus: testdata/corpus/NAME.jsonl has requests, one a line, that are made one after the other of a DynamoDB
// of their own. testdata/answers/NAME.jsonl has DynamoDB Local's answers, a line for each; and localstack's
// where it differs, which the request says and gives a reason for: differences.json has the reasons in full.
//
// To record the answers anew, with DynamoDB Local from a container or from ECRMIRROR_DYNAMODB_LOCAL:
//
//	go test ./localstack/dynamodb -run Corpus -record
var record = flag.Bool("record", false, "write DynamoDB Local's answers to testdata")

// An expectation is one line of the answers.
type expectation struct {
	Local      answer  `json:"local"`
	Localstack *answer `json:"localstack,omitempty"` // where it differs
}

func corpus(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus: ", err)
	}
	return files
}

// TestCorpusIsAnsweredAsByDynamoDBLocal holds localstack against the recorded answers.
func TestCorpusIsAnsweredAsByDynamoDBLocal(t *testing.T) {
	if *record {
		t.Skip("-record writes the answers anew: there is nothing to hold localstack against")
	}
	requests, differ := 0, map[string]int{}
	reasons := readReasons(t)
	for _, file := range corpus(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			url := start(t, dynamodb.Options{})
			expected := readLines[expectation](t, answersOf(file))
			for i, r := range readRequests(t, file) {
				requests++
				got, want := ask(t, url, home, r), expected[i].Local
				if r.Differs != "" {
					differ[r.Differs]++
					if cmp.Equal(want, got) {
						t.Errorf("%s:%d: is said to differ (%s), and does not", file, i+1, r.Differs)
					}
					if reasons[r.Differs] == "" {
						t.Errorf("%s:%d: differences.json has no reason %q", file, i+1, r.Differs)
					}
					want = *expected[i].Localstack
				}
				if !cmp.Equal(want, got) {
					t.Errorf("%s:%d: %s %s\nwant %s\ngot  %s", file, i+1, r.Op, r.text(), want, got)
				}
			}
		})
	}
	for reason := range reasons {
		if differ[reason] == 0 {
			t.Errorf("differences.json has the reason %q, which no request gives", reason)
		}
	}
	total := 0
	for reason, n := range differ {
		total += n
		t.Logf("%3d differ: %s: %s", n, reason, reasons[reason])
	}
	t.Logf("%d requests; %d are answered otherwise than by DynamoDB Local, each for one of %d reasons", requests,
		total, len(reasons))
}

// TestCorpusIsWhatDynamoDBLocalAnswers holds the recorded answers against the real thing, or records them.
func TestCorpusIsWhatDynamoDBLocalAnswers(t *testing.T) {
	url := container.URL(t)
	for _, file := range corpus(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			key, standIn := rand.Text(), start(t, dynamodb.Options{}) // tables belong to the access key
			var expected []expectation
			if !*record {
				expected = readLines[expectation](t, answersOf(file))
			}
			var recorded bytes.Buffer
			e := json.NewEncoder(&recorded)
			e.SetEscapeHTML(false)
			for i, r := range readRequests(t, file) {
				got := expectation{Local: ask(t, url, key, r)}
				if *record {
					if own := ask(t, standIn, home, r); r.Differs != "" {
						got.Localstack = &own
					}
					if err := e.Encode(got); err != nil {
						t.Fatal(err)
					}
				} else if want := expected[i].Local; !cmp.Equal(want, got.Local) {
					t.Errorf("%s:%d: %s %s\nrecorded %s\nanswered %s", file, i+1, r.Op, r.text(), want, got.Local)
				}
			}
			if *record {
				if err := os.WriteFile(answersOf(file), recorded.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func answersOf(file string) string { return strings.Replace(file, "corpus", "answers", 1) }

func readReasons(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/differences.json")
	if err != nil {
		t.Fatal(err)
	}
	var reasons map[string]string
	if err := json.Unmarshal(data, &reasons); err != nil {
		t.Fatal(err)
	}
	return reasons
}

// readLines reads a JSON value from each line of a file.
func readLines[T any](t testing.TB, file string) []T {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var values []T
	for line := range bytes.Lines(data) {
		var value T
		if err := json.Unmarshal(line, &value); err != nil {
			t.Fatalf("%s: %v: %s", file, err, line)
		}
		values = append(values, value)
	}
	return values
}
