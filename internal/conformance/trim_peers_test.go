package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/artifactclients"
	"ecrmirror/testkit/registrytest"
)

const (
	twoPlatforms = "linux/amd64,linux/arm64"
	typeManifest = "application/vnd.oci.image.manifest.v1+json"
	typeIndex    = "application/vnd.oci.image.index.v1+json"
	typeList     = "application/vnd.docker.distribution.manifest.list.v2+json"
)

// Which elements other programs keep of an index for two platforms, and whether what they write is byte for byte what
// the source's index leaves, as docs/platforms.md says.
func TestTrimBesidePeers(t *testing.T) {
	t.Parallel()
	clients := artifactclients.New(t)
	for _, c := range []struct {
		shape   string
		make    func(w *trimWorld) []byte
		kept    string
		byPeers string // what crane and regctl keep
		same    bool   // whether their index is the one of the rule
	}{
		{"BuildKit's, with attestations", (*trimWorld).buildkit, "amd64 arm64 attestation", "amd64 arm64", false},
		{"Docker's list", (*trimWorld).list, "amd64 arm64", "amd64 arm64", false},
		{"in their own form", (*trimWorld).plain, "amd64 arm64", "amd64 arm64", true},
		{"with an artifact that states no platform", (*trimWorld).artifact, "amd64 arm64 artifact", "amd64 arm64", false},
	} {
		t.Run(c.shape, func(t *testing.T) {
			w := newTrimWorld(t, clients)
			w.tag(c.make(w))
			w.byMirror()
			w.byCrane()
			w.byRegctl()
			ours := w.read("ours")
			if got := w.names(ours); got != c.kept {
				t.Errorf("mirror keeps %s, want %s", got, c.kept)
			}
			for _, peer := range []string{artifactclients.Crane, artifactclients.Regctl} {
				theirs := w.read(peer)
				if got := w.names(theirs); got != c.byPeers {
					t.Errorf("%s keeps %s, want %s", peer, got, c.byPeers)
				}
				// Regctl writes the members of an element in another order than crane.
				if same := string(theirs) == string(ours); same != (c.same && peer == artifactclients.Crane) {
					t.Errorf("%s writes the same: %v\n%s\n%s", peer, same, theirs, ours)
				}
			}
		})
	}
}

// A trimWorld is a registry with one repository, and the names of what is in it.
type trimWorld struct {
	t       *testing.T
	clients *artifactclients.Clients
	image   string // HOST/app
	named   map[digest.Digest]string
}

func newTrimWorld(t *testing.T, clients *artifactclients.Clients) *trimWorld {
	w := &trimWorld{t: t, clients: clients, named: map[digest.Digest]string{}}
	server := httptest.NewServer(registrytest.New())
	t.Cleanup(server.Close)
	w.image = server.Listener.Addr().String() + "/app"
	w.send(http.MethodPost, "blobs/uploads/?digest="+digest.FromString("{}").String(), "application/octet-stream", []byte("{}"))
	return w
}

// send sends a request to the repository, which must take it, and returns the answer.
func (w *trimWorld) send(method, path, mediaType string, body []byte) []byte {
	w.t.Helper()
	host, repository, _ := strings.Cut(w.image, "/")
	r, err := http.NewRequestWithContext(w.t.Context(), method, "http://"+host+"/v2/"+repository+"/"+path, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", mediaType)
	r.Header.Set("Accept", typeIndex+", "+typeList)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= http.StatusBadRequest {
		w.t.Fatalf("%s %s: %s %s %v", method, path, answer.Status, content, err)
	}
	return content
}

// element puts an instance, and returns its element in an index.
func (w *trimWorld) element(name, platform, more string) string {
	const form = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
		`"config":{"mediaType":"application/vnd.oci.empty.v1+json","size":2,"digest":"%s"},"layers":[],` +
		`"annotations":{"name":%q}}`
	raw := fmt.Appendf(nil, form, digest.FromString("{}"), name)
	d := digest.FromBytes(raw)
	w.send(http.MethodPut, "manifests/"+d.String(), typeManifest, raw)
	w.named[d] = name
	if platform != "" {
		os, architecture, _ := strings.Cut(platform, "/")
		more = fmt.Sprintf(`,"platform":{"architecture":%q,"os":%q}`, architecture, os) + more
	}
	return fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":%d,"digest":%q%s}`,
		len(raw), d.String(), more)
}

func (w *trimWorld) index(mediaType string, more ...string) []byte {
	elements := []string{w.element("amd64", "linux/amd64", ""), w.element("arm64", "linux/arm64", "")}
	return fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":%q,"manifests":[%s]}`, mediaType,
		strings.Join(append(elements, more...), ","))
}

func (w *trimWorld) plain() []byte { return w.index(typeIndex, w.element("s390x", "linux/s390x", "")) }

// list is as docker manifest push writes it: in lines, with three blanks.
func (w *trimWorld) list() []byte {
	return w.indented(w.index(typeList, w.element("s390x", "linux/s390x", "")), "   ")
}

func (w *trimWorld) buildkit() []byte {
	attestation := func(of string) string {
		for d, name := range w.named {
			if name == of {
				return fmt.Sprintf(`,"annotations":{"vnd.docker.reference.type":"attestation-manifest",`+
					`"vnd.docker.reference.digest":%q}`, d)
			}
		}
		w.t.Fatal(of)
		return ""
	}
	w.index(typeIndex)
	other := w.element("s390x", "linux/s390x", "")
	return w.indented(w.index(typeIndex, other,
		w.element("attestation", "unknown/unknown", attestation("amd64")),
		w.element("other attestation", "unknown/unknown", attestation("s390x"))), "  ")
}

func (w *trimWorld) artifact() []byte {
	return w.index(typeIndex, w.element("s390x", "linux/s390x", ""), w.element("artifact", "", ""))
}

func (w *trimWorld) indented(raw []byte, by string) []byte {
	out, err := json.MarshalIndent(json.RawMessage(raw), "", by)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// tag puts the source's index.
func (w *trimWorld) tag(index []byte) {
	w.t.Helper()
	var is struct{ MediaType string }
	if err := json.Unmarshal(index, &is); err != nil {
		w.t.Fatal(err)
	}
	w.send(http.MethodPut, "manifests/1", is.MediaType, index)
}

func (w *trimWorld) byMirror() {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), filepath.Join(programs, "mirror"), w.image+":1", w.image+":ours",
		"--platforms", twoPlatforms)
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("%v\n%s", err, out)
	}
}

func (w *trimWorld) byCrane() {
	w.run(artifactclients.Crane, append([]string{"index", "filter", w.image + ":1", "-t", w.image + ":crane"}, flags()...)...)
}

func (w *trimWorld) byRegctl() {
	host, _, _ := strings.Cut(w.image, "/")
	args := []string{"--host", "reg=" + host + ",tls=disabled", "index", "create", w.image + ":regctl", "--ref", w.image + ":1"}
	w.run(artifactclients.Regctl, append(args, flags()...)...)
}

// flags are those by which both ask for the platforms.
func flags() (flags []string) {
	for platform := range strings.SplitSeq(twoPlatforms, ",") {
		flags = append(flags, "--platform", platform)
	}
	return flags
}

func (w *trimWorld) run(program string, args ...string) {
	w.t.Helper()
	if out, err := w.clients.Run(w.t.Context(), program, args...); err != nil {
		w.t.Fatalf("%v\n%s", err, out)
	}
}

func (w *trimWorld) read(tag string) []byte {
	w.t.Helper()
	return w.send(http.MethodGet, "manifests/"+tag, "", nil)
}

// names returns the names of an index's elements, in order.
func (w *trimWorld) names(raw []byte) string {
	w.t.Helper()
	var index struct {
		Manifests []struct{ Digest digest.Digest }
	}
	if err := json.Unmarshal(raw, &index); err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, m := range index.Manifests {
		names = append(names, w.named[m.Digest])
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
