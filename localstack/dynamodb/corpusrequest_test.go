package dynamodb_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// A request is one line of the corpus. {{TEXT*N}} in it stands for the text N times.
type request struct {
	Op      string          // DynamoDB's operation
	In      json.RawMessage // its input
	Raw     string          // in the place of In: what is no JSON
	Pages   bool            // all pages are read, and their items come together
	Differs string          // why localstack's answer is not DynamoDB Local's; see differences.json
}

// An answer is one of DynamoDB, as far as it is the same every time.
type answer struct {
	Status int `json:"status"`
	Body   any `json:"body"`
}

func (a answer) String() string {
	body, err := json.Marshal(a.Body)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", a.Status, body)
}

func (r request) text() string { return cmp.Or(r.Raw, string(r.In)) }

var repeated = regexp.MustCompile(`\{\{(.*?)\*([0-9]+)\}\}`)

func (r request) body(t *testing.T) string {
	t.Helper()
	return repeated.ReplaceAllStringFunc(r.text(), func(s string) string {
		m := repeated.FindStringSubmatch(s)
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		return strings.Repeat(m[1], n)
	})
}

func readRequests(t *testing.T, file string) []request {
	t.Helper()
	return readLines[request](t, file)
}

// ask makes a request of a DynamoDB and returns what of its answer is the same every time.
func ask(t *testing.T, url, keyID string, r request) answer {
	t.Helper()
	body := r.body(t)
	if !r.Pages {
		status, out := post(t, url, keyID, r.Op, []byte(body))
		return answer{status, settled(t, r.Op, out)}
	}
	var in map[string]any
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		t.Fatal(err)
	}
	pages, count, scanned := 0.0, 0.0, 0.0
	items := []any{}
	for {
		page, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		status, out := post(t, url, keyID, r.Op, page)
		if status != http.StatusOK {
			return answer{status, settled(t, r.Op, out)}
		}
		pages++
		count += out["Count"].(float64)
		scanned += out["ScannedCount"].(float64)
		if more, ok := out["Items"].([]any); ok {
			items = append(items, more...)
		}
		if in["ExclusiveStartKey"] = out["LastEvaluatedKey"]; in["ExclusiveStartKey"] == nil {
			break
		}
	}
	all := map[string]any{"Pages": pages, "Count": count, "ScannedCount": scanned, "Items": items}
	return answer{http.StatusOK, settled(t, r.Op, all)}
}

// post makes one signed call.
func post(t *testing.T, url, keyID, op string, body []byte) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+op)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: keyID, SecretAccessKey: "secret"},
		r, hex.EncodeToString(sum[:]), "dynamodb", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	// DynamoDB Local sends none
	if got, want := resp.Header.Get("X-Amz-Crc32"), fmt.Sprint(crc32.ChecksumIEEE(data)); got != want && keyID == home {
		t.Errorf("%s: checksum %s, want %s", op, got, want)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatalf("%s: %v: %s", op, err, data)
	}
	return resp.StatusCode, out
}

// changing are members whose values are others every time, or another's in a DynamoDB of another place.
var changing = []string{
	"CreationDateTime", "TableId", "TableArn", "LastUpdateToPayPerRequestDateTime", "LastIncreaseDateTime",
	"LastDecreaseDateTime",
}

// settled returns the body without what is not the same every time: times, the order of
// sets and of what a scan finds, the key where it has stopped. Errors have no namespace.
func settled(t *testing.T, op string, body map[string]any) any {
	t.Helper()
	if kind, ok := body["__type"].(string); ok {
		_, body["__type"], _ = strings.Cut(kind, "#")
		if message, ok := body["Message"]; ok { // DynamoDB itself says message
			delete(body, "Message")
			body["message"] = message
		}
	}
	if items, ok := body["Items"].([]any); ok && op == "Scan" {
		sortJSON(t, items)
	}
	if responses, ok := body["Responses"].(map[string]any); ok {
		for _, items := range responses {
			sortJSON(t, items.([]any))
		}
	}
	if body["LastEvaluatedKey"] != nil && op == "Scan" {
		body["LastEvaluatedKey"] = "somewhere"
	}
	return settle(t, body)
}

func settle(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = settle(t, member)
			if set, ok := member.([]any); ok && slices.Contains([]string{"SS", "NS", "BS"}, name) {
				sortJSON(t, set)
			}
		}
		for _, name := range changing {
			delete(v, name)
		}
	case []any:
		for i := range v {
			v[i] = settle(t, v[i])
		}
	case string:
		if len(v) > 300 {
			return fmt.Sprintf("%s... (%d bytes)", v[:20], len(v))
		}
	}
	return v
}

func sortJSON(t *testing.T, list []any) {
	t.Helper()
	text := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	slices.SortFunc(list, func(a, b any) int { return cmp.Compare(text(a), text(b)) })
}
