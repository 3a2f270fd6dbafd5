package conformance

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

// A reply is an answer of the hostile registry, written as it is.
type reply struct {
	status string // code and reason
	header []string
	body   string
	whole  string // "" = what the others make
}

func (r *reply) add(name, value string) { r.header = append(r.header, name+": "+headerText(value)) }

// headerText is a text in one line, as the protocol has it in a header or a status line.
func headerText(text string) string { return strings.ReplaceAll(text, "\n", " ") }

func (r *reply) bytes(head bool) []byte {
	if r.whole != "" {
		return []byte(r.whole)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %s\r\n", headerText(r.status))
	sized := false
	for _, line := range r.header {
		b.WriteString(line + "\r\n")
		sized = sized || strings.HasPrefix(line, "Content-Length:") || strings.HasPrefix(line, "Transfer-Encoding:")
	}
	if !sized {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.body))
	}
	b.WriteString("Connection: close\r\n\r\n")
	if !head {
		b.WriteString(r.body)
	}
	return b.Bytes()
}

// A registryField is a place in a registry's answers.
type registryField struct {
	at     step   // the answer
	name   string // the place in it
	change func(r *reply, text string)
	// document returns a manifest with the text in it, and its media type: in the place of change.
	document func(text string) (manifest, mediaType string)
}

func (f registryField) String() string { return string(f.at) + ": " + f.name }

// isUpload reports whether it is in the answer to an upload.
func (f registryField) isUpload() bool {
	return f.at == postUpload || f.at == patchUpload || f.at == putUpload
}

// breaks reports whether what is in the field makes the answer none.
func (f registryField) breaks() bool {
	return slices.Contains([]string{
		"status line of a success", "status code", "version", "all of it", "name of a header", "header without a colon",
		"chunk size", "Content-Length", "Transfer-Encoding",
	}, f.name)
}

// A step is a request of a copy.
type step string

// The steps. Those of a destination begin with what is looked for there.
const (
	headManifest step = "HEAD manifest"
	getManifest  step = "GET manifest"
	getLayer     step = "GET layer"
	getPlace     step = "GET place of a layer"
	getToken     step = "GET token"
	getSignature step = "GET signature"
	headBlob     step = "HEAD blob"
	postUpload   step = "POST upload"
	patchUpload  step = "PATCH upload"
	putUpload    step = "PUT upload"
	putManifest  step = "PUT manifest"
)

// A hostileRegistry has an image in each repository, or takes one, but for one field of its answers, which is
// named by the repository: ROLE/FIELD/TEXT/..., by their numbers. It has a host for each field, since clients
// remember what a host is like.
type hostileRegistry struct {
	fields []registryField
	texts  []foreignText
	hosts  []string
}

// The roles of a repository.
const (
	asSource      = "s"
	asLookedUp    = "l" // a source that tells its digest by GET alone
	asDestination = "d"
)

// goodField is where there is no foreign text.
var goodField = registryField{at: "nothing", name: "nothing"}

func newHostileRegistry(t *testing.T, fields []registryField) *hostileRegistry {
	h := &hostileRegistry{fields: fields, texts: foreignTexts()}
	for range fields {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		h.hosts = append(h.hosts, server.Listener.Addr().String())
	}
	return h
}

// image is the name of the image with the text in the field.
func (h *hostileRegistry) image(role string, field, text int) string {
	return fmt.Sprintf("%s/%s/%d/%d/image:t", h.hosts[field], role, field, text)
}

// ServeHTTP implements [http.Handler].
func (h *hostileRegistry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	parts := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.Path, "/v2"), "/"), "/")
	if len(parts) < 4 { // the base of the API
		return
	}
	field, _ := strconv.Atoi(parts[1])
	text, _ := strconv.Atoi(parts[2])
	if field >= len(h.fields) || text >= len(h.texts) { // a place that a text led to
		http.NotFound(w, r)
		return
	}
	f, foreign := h.fields[field], h.texts[text].text
	at, answer := h.normal(f, foreign, parts[0], parts[4:], r, body)
	if at == f.at && f.change != nil {
		f.change(&answer, foreign)
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = conn.Write(answer.bytes(r.Method == http.MethodHead)) // the client may have seen enough
	_ = conn.Close()
}

// normal is how a registry answers, and to which step.
func (h *hostileRegistry) normal(
	f registryField, text, role string, rest []string, r *http.Request, body []byte,
) (step, reply) {
	repository := strings.Join(strings.Split(strings.Trim(r.URL.Path, "/"), "/")[1:5], "/")
	if f.at == getToken && strings.HasPrefix(r.URL.Path, "/v2/") && r.Header.Get("Authorization") == "" {
		return "", reply{
			status: "401 Unauthorized",
			header: []string{
				`WWW-Authenticate: Bearer realm="http://` + r.Host + "/token/" + repository + `",service="s"`,
			},
		}
	}
	ok := reply{status: "200 OK"}
	switch what := rest[0]; {
	case strings.HasPrefix(r.URL.Path, "/token/"):
		ok.body = `{"token":"t"}`
		return getToken, ok
	case strings.HasPrefix(r.URL.Path, "/place/"):
		ok.body = layerContent
		return getPlace, ok
	case what == "manifests" && strings.HasSuffix(r.URL.Path, ".sig"):
		return getSignature, reply{status: "404 Not Found"}
	case what == "manifests" && r.Method == http.MethodPut:
		return putManifest, reply{
			status: "201 Created", header: []string{"Docker-Content-Digest: " + digest.FromBytes(body).String()},
		}
	case what == "manifests" && role == asDestination && f.at != headManifest:
		return "", reply{status: "404 Not Found"}
	case what == "manifests":
		return h.manifest(f, text, role, r.Method)
	case r.Method == http.MethodHead:
		return headBlob, reply{status: "404 Not Found"}
	case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, configDigest()):
		ok.body = configContent
		return "", ok
	case r.Method == http.MethodGet && f.at == getPlace:
		return getLayer, reply{
			status: "307 Temporary Redirect", header: []string{"Location: /place/" + repository + "/x"},
		}
	case r.Method == http.MethodGet:
		ok.body = layerContent
		return getLayer, ok
	}
	return h.upload(f, r, repository, len(body))
}

func (h *hostileRegistry) manifest(f registryField, text, role, method string) (step, reply) {
	content, mediaType := goodManifest(), ociManifest
	if f.document != nil {
		content, mediaType = f.document(text)
	}
	answer := reply{status: "200 OK", body: content}
	answer.add("Content-Type", mediaType)
	answer.add("Docker-Content-Digest", digest.FromString(content).String())
	if method == http.MethodHead {
		if role == asLookedUp && f.at == getManifest {
			answer.header = answer.header[:1]
		}
		return headManifest, answer
	}
	return getManifest, answer
}

func (h *hostileRegistry) upload(f registryField, r *http.Request, repository string, size int) (step, reply) {
	place := "Location: /v2/" + repository + "/blobs/uploads/1"
	switch {
	case r.Method == http.MethodPost:
		return postUpload, reply{status: "202 Accepted", header: []string{place}}
	case r.Method == http.MethodPatch:
		return patchUpload, reply{status: "202 Accepted", header: []string{place}}
	case f.at == patchUpload && size > 0: // that is not the way
		return "", reply{status: "405 Method Not Allowed"}
	}
	return putUpload, reply{
		status: "201 Created", header: []string{"Docker-Content-Digest: " + r.URL.Query().Get("digest")},
	}
}
