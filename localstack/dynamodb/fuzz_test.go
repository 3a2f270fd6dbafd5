package dynamodb_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"ecrmirror/localstack/dynamodb"
)

// call makes a request without a server. It is signed in form.
func call(service http.Handler, op, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+op)
	r.Header.Set("Authorization",
		"AWS4-HMAC-SHA256 Credential="+home+
			"/20300102/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	w := httptest.NewRecorder()
	service.ServeHTTP(w, r)
	return w
}

// Whatever is asked is answered, or refused as the client's fault.
func FuzzRequests(f *testing.F) {
	files, err := filepath.Glob("testdata/corpus/*.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		for i, r := range readLines[request](f, file) {
			if text := r.text(); i%7 == 0 && len(text) < 1000 && !strings.Contains(text, "{{") {
				f.Add(r.Op, text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, op, body string) {
		service := dynamodb.New(dynamodb.Options{Home: home})
		for _, table := range []string{
			`{"TableName":"tab","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],` +
				`"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}`,
			`{"TableName":"tabn","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk",` +
				`"KeyType":"RANGE"}],` +
				`"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk",` +
				`"AttributeType":"N"}],"BillingMode":"PAY_PER_REQUEST"}`,
		} {
			if w := call(service, "CreateTable", table); w.Code != http.StatusOK {
				t.Fatal(w.Body)
			}
		}
		call(service, "PutItem",
			`{"TableName":"tab","Item":{"pk":{"S":"a"},"n":{"N":"1"},"m":{"M":{"l":{"L":[{"N":"1"}]}}},`+
				`"ss":{"SS":["p"]}}}`)
		call(service, "PutItem", `{"TableName":"tabn","Item":{"pk":{"S":"p"},"sk":{"N":"1"}}}`)
		w := call(service, op, body)
		var out map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK &&
			w.Code != http.StatusBadRequest {
			t.Fatalf("%s %s: %d %s", op, body, w.Code, w.Body)
		}
		if w.Code != http.StatusOK && (out["__type"] == nil || out["message"] == nil) {
			t.Errorf("%s %s: %s", op, body, w.Body)
		}
	})
}
