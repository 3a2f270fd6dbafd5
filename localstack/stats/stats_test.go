package stats_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/stats"
)

func TestCountsWhatIsAddedAtOnce(t *testing.T) {
	var c stats.Counter
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			c.Call("ecr.PutImage")
			c.Read("lib/app", 3)
			c.Written("lib/app", 5)
		})
	}
	wg.Wait()
	want := stats.Snapshot{
		Calls: map[string]int64{"ecr.PutImage": 10}, BytesRead: map[string]int64{"lib/app": 30},
		BytesWritten: map[string]int64{"lib/app": 50},
	}
	if d := cmp.Diff(want, c.Snapshot()); d != "" {
		t.Errorf("counts (-want +got):\n%s", d)
	}
}

func TestSnapshotDoesNotChange(t *testing.T) {
	var c stats.Counter
	c.Call("a")
	before := c.Snapshot()
	c.Call("a")
	if before.Calls["a"] != 1 {
		t.Errorf("%d calls", before.Calls["a"])
	}
}

func TestServesAndResets(t *testing.T) {
	var c stats.Counter
	c.Call("a")
	do := func(method string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		c.ServeHTTP(w, httptest.NewRequest(method, "/", nil))
		return w
	}
	if w := do(http.MethodGet); w.Body.String() != `{"calls":{"a":1},"bytesRead":null,"bytesWritten":null,"readUnits":0,"writeUnits":0}`+"\n" {
		t.Errorf("GET: %s", w.Body)
	}
	if w := do(http.MethodDelete); w.Code != http.StatusNoContent || len(c.Snapshot().Calls) != 0 {
		t.Errorf("DELETE: %d, left %v", w.Code, c.Snapshot())
	}
	if w := do(http.MethodPost); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}
