package fault_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"ecrmirror/testkit/fault"
)

// Of a chance for each MiB a body that is longer breaks more often, wherever it begins.
func TestChanceIsForEachMiB(t *testing.T) {
	var faults fault.Injector
	if err := faults.Set(1, fault.Rule{Operation: "*", Kind: fault.Short, PerMiB: 0.1}); err != nil {
		t.Fatal(err)
	}
	piece := make([]byte, 64<<10)
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 10 << 20 / len(piece) {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	})
	handler := faults.Wrap(next, func(*http.Request) string { return "s3.GetObject" })
	sizes := map[int]int{}
	for range 200 {
		var answer length
		handler.ServeHTTP(&answer, httptest.NewRequest(http.MethodGet, "/", nil))
		sizes[int(answer>>20)]++
	}
	if whole := sizes[10]; whole < 45 || whole > 95 { // 0.9 to the power of 10 is 35%
		t.Errorf("%d of 200 bodies are whole", whole)
	}
	if first := sizes[0]; first < 8 || first > 40 { // 10%
		t.Errorf("%d of 200 bodies break in the first MiB", first)
	}
	if n := faults.Broken()[fault.Short]; n != int64(200-sizes[10]) {
		t.Errorf("%d were counted", n)
	}
}

// A length is a body of which that is all that is kept.
type length int64

func (l *length) Header() http.Header { return http.Header{} }

func (l *length) WriteHeader(int) {}

func (l *length) Write(p []byte) (int, error) { *l += length(len(p)); return len(p), nil }

func TestRangesAreFalsified(t *testing.T) {
	for kind, want := range map[fault.Kind]string{fault.Whole: "", fault.Shift: "bytes=9-19"} {
		w := newWorld(t)
		var got string
		next := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Get("Range") })
		handler := w.faults.Wrap(next, func(*http.Request) string { return "s3.GetObject" })
		if err := w.faults.Set(1, fault.Rule{Operation: "*", Kind: kind}); err != nil {
			t.Fatal(err)
		}
		for header, want := range map[string]string{"bytes=10-20": want, "": ""} {
			req := httptest.NewRequest(http.MethodGet, "/", nil)
			req.Header.Set("Range", header)
			handler.ServeHTTP(httptest.NewRecorder(), req)
			if got != want {
				t.Errorf("%s: range %q became %q", kind, header, got)
			}
		}
		if n := w.faults.Broken()[kind]; n != 1 {
			t.Errorf("%s: counted %d times", kind, n)
		}
	}
}
