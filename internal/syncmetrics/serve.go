package syncmetrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Grace is how much longer than two intervals a round may go without having done with a single image before /healthz
// calls the watch unhealthy: a large image takes a while.
const Grace = time.Hour

// Limits on those who ask. An answer has some 10 KB.
const (
	readTime     = 10 * time.Second // from the first byte of a request to its last
	writeTime    = 30 * time.Second
	idleTime     = 2 * time.Minute // longer than Prometheus's interval of a minute, so that connections last
	headerBytes  = 16 << 10
	shutdownTime = 2 * time.Second
)

// Handler answers GET and HEAD of /metrics, in Prometheus's formats, and of /healthz: 200 if a round has ended, or has
// done with an image, within the last two intervals and [Grace], or the watch is no older than that; 503 otherwise,
// because it hangs. A round in which all failed has ended, too.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", m.health)
	return mux
}

func (m *Metrics) health(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	since := time.Since(m.last)
	m.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if most := 2*m.interval + Grace; since > most {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = fmt.Fprintf(w, "no round has got on for %s: more than %s, two intervals of %s and %s\n",
			since.Round(time.Second), most, m.interval, Grace)
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// Serve answers those who connect to the listener, by [Metrics.Handler], until the context ends. Then it closes the
// listener, waits for answers under way for 2 seconds at most, and returns nil. It is an error if it cannot go on
// serving before.
func (m *Metrics) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: m.Handler(), ReadHeaderTimeout: readTime, ReadTimeout: readTime, WriteTimeout: writeTime,
		IdleTimeout: idleTime, MaxHeaderBytes: headerBytes,
		ErrorLog: log.New(io.Discard, "", 0), // of clients that do not speak HTTP
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serving metrics on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if server.Shutdown(end) != nil {
		_ = server.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving metrics on %s: %w", listener.Addr(), err)
	}
	return nil
}
