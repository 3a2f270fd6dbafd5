package table_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/smithy-go"

	"ecrmirror/internal/table"
)

func TestAMissingTableIsSaidSo(t *testing.T) {
	missing := table.New(newTable(t), "elsewhere")
	_, err := missing.Get(t.Context(), "src", now)
	for _, err := range []error{err, only(t, missing)} {
		if !errors.Is(err, table.ErrNoTable) ||
			err.Error() != `table does not exist: "elsewhere" (is it in this account and region?)` {
			t.Errorf("got %v", err)
		}
	}
}

// only returns the one error that All yields, and nothing beside it.
func only(t *testing.T, tb *table.Table) (only error) {
	t.Helper()
	count := 0
	for _, err := range tb.All(t.Context(), now) {
		count++
		only = err
	}
	if count != 1 {
		t.Errorf("All yielded %d times, want once", count)
	}
	return only
}

func TestAnErrorOfDynamoDBEndsTheIterationAfterWhatCameBefore(t *testing.T) {
	pages := []string{
		`{"Items":[{"Source":{"S":"a"},"Destination":{"S":"r/a:1"}}],"LastEvaluatedKey":{"Source":{"S":"a"}}}`,
		`{"Items":[],"LastEvaluatedKey":{"Source":{"S":"b"}}}`,
		"",
	}
	var mu sync.Mutex
	var requests []string
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		requests = append(requests, string(body))
		if page := pages[len(requests)-1]; page != "" {
			_, _ = io.WriteString(w, page)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb#AccessDeniedException","message":"no"}`)
	})
	var sources []string
	var last error
	for entry, err := range table.New(client, "mirror").All(t.Context(), now) {
		sources, last = append(sources, entry.Source), err
	}
	var api smithy.APIError
	if !errors.As(last, &api) || api.ErrorCode() != "AccessDeniedException" ||
		last.Error() != `reading table "mirror": AccessDeniedException: no` {
		t.Errorf("error %v", last)
	}
	if strings.Join(sources, " ") != "a " {
		t.Errorf("yielded %q, want the entry and the error", sources)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(requests) != 3 || !strings.Contains(requests[2], `"ExclusiveStartKey":{"Source":{"S":"b"}}`) {
		t.Errorf("requests %q", requests)
	}
}

func TestGetReadsOnUntilItFinds(t *testing.T) {
	var requests atomic.Int32
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) == 1 {
			_, _ = io.WriteString(w, `{"Items":[],"LastEvaluatedKey":{"Source":{"S":"a"}}}`)
			return
		}
		_, _ = io.WriteString(w, `{"Items":[{"Source":{"S":"a"},"Destination":{"SS":["r/a:1"]}}]}`)
	})
	entry, err := table.New(client, "mirror").Get(t.Context(), "a", now)
	if err != nil || entry.Source != "a" || requests.Load() != 2 {
		t.Errorf("got %v, %v after %d requests", entry, err, requests.Load())
	}
}

func TestAnItemWithoutAKeyIsReported(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"Items":[{"Destination":{"S":"r/a:1"}}]}`)
	})
	err := only(t, table.New(client, "mirror"))
	if err == nil || err.Error() != `entry "": Source is missing; it must be S` {
		t.Errorf("got %v", err)
	}
}

func TestReadingEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	client := newTable(t)
	for _, err := range table.New(client, "mirror").All(ctx, now) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

// serve returns a client of a DynamoDB that answers by answer.
func serve(t *testing.T, answer http.HandlerFunc) table.API {
	t.Helper()
	standIn := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		answer(w, r)
	}))
	t.Cleanup(standIn.Close)
	return clientOf(standIn.URL, "id")
}
