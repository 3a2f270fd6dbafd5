package syncmetrics

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"ecrmirror/internal/filesync"
)

// rounds are one in which all went well, one in which something failed, and one that was stopped.
func rounds() []*filesync.Report {
	busy := errors.New("busy")
	return []*filesync.Report{
		{Took: 3 * time.Second, Images: []filesync.Image{{Destinations: []filesync.Destination{
			{State: filesync.Copied, BytesSent: 1000}, {State: filesync.Current}, {State: filesync.Deferred, Err: busy},
		}}}},
		{Took: time.Second, Images: []filesync.Image{
			{Source: "r.io/a:1", Twin: busy, Destinations: []filesync.Destination{{State: filesync.Failed, Err: busy}}},
			{Source: "r.io/b:1", State: filesync.Failed, Err: busy},
		}},
		{Err: context.Canceled, Unreached: 4, Images: []filesync.Image{
			{Destinations: []filesync.Destination{
				{State: filesync.Left, Err: busy}, {State: filesync.Copied, BytesSent: 24},
			}},
		}},
	}
}

// series returns the lines of this package's metrics, the buckets of the histogram left out.
func series(page string) (lines []string) {
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "mirror_") && !strings.Contains(line, "_bucket") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func get(t *testing.T, m *Metrics, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
	return w
}

func TestRoundsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(time.Minute)
		before := series(get(t, m, "GET", "/metrics").Body.String())
		for _, r := range rounds() {
			m.Round(r)
			time.Sleep(time.Hour)
		}
		after := series(get(t, m, "GET", "/metrics").Body.String())
		if len(before) != len(after) {
			t.Errorf("there are other series than before the first round: %q", before)
		}
		if diff := cmp.Diff([]string{
			`mirror_sync_bytes_sent_total 1024`,
			`mirror_sync_copied_total 2`,
			`mirror_sync_destinations{state="copied"} 1`,
			`mirror_sync_destinations{state="current"} 0`,
			`mirror_sync_destinations{state="deferred"} 0`,
			`mirror_sync_destinations{state="failed"} 0`,
			`mirror_sync_destinations{state="left"} 1`,
			`mirror_sync_failed_total 3`,
			`mirror_sync_last_success_timestamp_seconds 9.466848e+08`, // when synctest's clock begins
			`mirror_sync_round_duration_seconds_sum 4`,
			`mirror_sync_round_duration_seconds_count 3`,
			`mirror_sync_rounds_total{result="failed"} 1`,
			`mirror_sync_rounds_total{result="ok"} 1`,
			`mirror_sync_rounds_total{result="stopped"} 1`,
			`mirror_sync_unreached 4`,
		}, after); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestAWatchThatHangsIsUnhealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(time.Minute)
		const most = 2*time.Minute + Grace
		for _, c := range []struct {
			wait  time.Duration
			round *filesync.Report // that ends then
			want  int
		}{
			{0, nil, http.StatusOK}, // the first round is at work
			{most, nil, http.StatusOK},
			{time.Nanosecond, nil, http.StatusServiceUnavailable},
			{0, rounds()[0], http.StatusOK},
			{most, nil, http.StatusOK},
			{time.Second, nil, http.StatusServiceUnavailable},
			{0, rounds()[1], http.StatusOK}, // whatever failed in it
		} {
			time.Sleep(c.wait)
			if c.round != nil {
				m.Round(c.round)
			}
			w := get(t, m, "GET", "/healthz")
			if w.Code != c.want || (w.Body.String() == "ok\n") != (c.want == http.StatusOK) {
				t.Errorf("%+v: %d %s", c, w.Code, w.Body)
			}
		}
		time.Sleep(2 * most)
		want := "no round has got on for 2h4m0s: more than 1h2m0s, two intervals of 1m0s and 1h0m0s\n"
		if got := get(t, m, "GET", "/healthz").Body.String(); got != want {
			t.Error(got)
		}
	})
}

func TestOnlyReadingIsAnswered(t *testing.T) {
	for request, want := range map[string]int{
		"GET /metrics": 200, "HEAD /metrics": 200, "POST /metrics": 405, "DELETE /healthz": 405, "HEAD /healthz": 200,
		"GET /": 404, "GET /debug/pprof/": 404, "GET /metrics/x": 404,
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := get(t, New(time.Minute), method, path).Code; got != want {
			t.Errorf("%s: %d, want %d", request, got, want)
		}
	}
}

// TestServe asks over the network what Prometheus asks, has its linter look at the answer, and ends the server.
func TestServe(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	m, served := New(time.Minute), make(chan error, 1)
	go func() { served <- m.Serve(ctx, listener) }()
	m.Round(rounds()[0])
	client := &http.Client{Transport: &http.Transport{}}
	page := fetch(t, client, "http://"+listener.Addr().String()+"/metrics")
	if body := fetch(t, client, "http://"+listener.Addr().String()+"/healthz"); body != "ok\n" {
		t.Error(body)
	}
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "mirror_") { // those of Go are older than the rules
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	for _, want := range []string{"mirror_sync_copied_total 1\n", "go_goroutines ", "process_start_time_seconds "} {
		if !strings.Contains(page, "\n"+want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if _, err := net.DialTimeout("tcp", listener.Addr().String(), time.Second); err == nil {
		t.Error("it still listens")
	}
	client.CloseIdleConnections()
}

func fetch(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	answer, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, answer.Status, err)
	}
	return string(body)
}

func TestAListenerThatIsClosedIsAnError(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := New(time.Minute).Serve(t.Context(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v", err)
	}
}
