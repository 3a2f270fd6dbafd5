package filesync_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"ecrmirror/internal/controller"
	"ecrmirror/internal/entry"
	"ecrmirror/internal/expansion"
	"ecrmirror/internal/filesync"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/selection"
	"ecrmirror/internal/transient"
	"ecrmirror/testkit/registrytest"
)

// world is two registries, and a sync between them.
type world struct {
	t        *testing.T
	from, to string // hosts
	sync     *filesync.Sync

	mu    sync.Mutex
	asked []string // of the destination, METHOD PATH
	// These answer a request to the destination, or to the source, in its stead; nil = none is.
	refuse, refuseSource func(w http.ResponseWriter, r *http.Request) bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t}
	w.from = w.serve(func(*http.Request) func(http.ResponseWriter, *http.Request) bool { return w.refuseSource })
	w.to = w.serve(func(r *http.Request) func(http.ResponseWriter, *http.Request) bool {
		w.asked = append(w.asked, r.Method+" "+r.URL.Path)
		return w.refuse
	})
	client := images.New(images.Options{AWS: aws.Config{}})
	t.Cleanup(client.Close)
	w.sync = &filesync.Sync{
		Digests: client, Jobs: 2, KeepGoing: true, Limit: -1, Log: slog.New(slog.DiscardHandler),
		Selections: func() controller.Selections { return &expansion.Expander{Lists: client, Now: time.Now} },
		Copier:     mirror.New(client, mirror.Options{Transient: transient.Is, RetryDelay: time.Millisecond}),
	}
	return w
}

// refuseBy has the destination refuse requests otherwise from now on: some of an earlier round may still come.
func (w *world) refuseBy(refuse func(w http.ResponseWriter, r *http.Request) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse = refuse
}

// serve serves a registry, and returns its host. Refusing is called with the world locked.
func (w *world) serve(refusing func(*http.Request) func(http.ResponseWriter, *http.Request) bool) (host string) {
	registry := registrytest.New()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		refuse := refusing(r)
		w.mu.Unlock()
		if refuse == nil || !refuse(rw, r) {
			registry.ServeHTTP(rw, r)
		}
	}))
	w.t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// push pushes an image to the source.
func (w *world) push(image string) {
	w.t.Helper()
	ref, err := name.ParseReference(w.from + "/" + image)
	if err != nil {
		w.t.Fatal(err)
	}
	img, err := random.Image(1000, 2)
	if err == nil {
		err = remote.Write(ref, img)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// entry returns an entry from the source to the destination.
func (w *world) entry(source string, to ...string) entry.Entry {
	e := entry.Entry{Source: w.from + "/" + source}
	for _, d := range to {
		e.Destinations = append(e.Destinations, w.to+"/"+d)
	}
	return e
}

// versions returns a selection of all versions.
func (w *world) versions(source, to string) entry.Entry {
	e := w.entry(source, to)
	e.Tags = []entry.Rule{{Rule: selection.Rule{Version: ">=1", Newest: selection.All}}}
	return e
}

// round does entries, and returns what became of each destination, with FROM and TO for the hosts, and the report.
func (w *world) round(all ...entry.Entry) ([]string, *filesync.Report) {
	w.t.Helper()
	w.mu.Lock()
	w.asked = nil
	w.mu.Unlock()
	report := w.sync.Round(w.t.Context(), filesync.Entries{All: all, Some: all})
	return w.lines(report), report
}

func (w *world) lines(report *filesync.Report) (lines []string) {
	for _, i := range report.Images {
		if i.Err != nil {
			lines = append(lines, i.Source+" "+string(i.State)+": "+i.Err.Error())
		}
		for _, d := range i.Destinations {
			line := i.Source + " -> " + d.Name + " " + string(d.State)
			if d.Err != nil {
				line += ": " + d.Err.Error()
			}
			lines = append(lines, line)
		}
	}
	names := strings.NewReplacer(w.from, "FROM", w.to, "TO")
	for i := range lines {
		lines[i] = names.Replace(lines[i])
	}
	return lines
}

// written returns how many blobs and manifests the destination was asked to take.
func (w *world) written() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, line := range w.asked {
		if strings.HasPrefix(line, "PUT") || strings.HasPrefix(line, "POST") || strings.HasPrefix(line, "PATCH") {
			n++
		}
	}
	return n
}
