package ecr

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
)

// tinyPart is the size of parts that a tiny ECR asks for, so that tests of uploads need no large
// layers.
const tinyPart = 1000

// A tiny ECR takes uploads in parts of tinyPart bytes, in order, as ECR and ECR Public do. It counts
// what arrives.
type tiny struct {
	mu      sync.Mutex // a request that was given up may still be served
	uploads map[string][]byte
	arrivals
}

// arrivals are what a tiny ECR counts.
type arrivals struct {
	layers   map[digest.Digest]int
	spans    []string // of parts accepted, as FIRST-LAST
	begun    int
	received int
}

// seen returns what has arrived so far.
func (e *tiny) seen() arrivals {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := e.arrivals
	a.layers, a.spans = maps.Clone(a.layers), slices.Clone(a.spans)
	return a
}

// resume makes an upload one that has these bytes, nil for one that is not there.
func (e *tiny) resume(id string, content []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.uploads[id] = content
	if content == nil {
		delete(e.uploads, id)
	}
}

// newTiny returns a world whose ECR is tiny.
func newTiny(t *testing.T) (*world, *tiny) {
	t.Helper()
	e := &tiny{uploads: map[string][]byte{}, arrivals: arrivals{layers: map[digest.Digest]int{}}}
	w := &world{t: t, budget: chunked.NewBudget(mib)}
	w.serve(e)
	return w, e
}

func (e *tiny) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := members(r)
	id, _ := m["uploadId"].(string)
	service, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	repository := fmt.Sprintf("%s %v %v", service, m["registryId"], m["repositoryName"])
	if repository != "AmazonEC2ContainerRegistry_V20150921 111122223333 app" &&
		repository != "SpencerFrontendService alias team/app" {
		refuse(w, http.StatusBadRequest, "RepositoryNotFoundException", "")
		return
	}
	switch operation {
	case "InitiateLayerUpload":
		e.begun++
		e.uploads[fmt.Sprint(e.begun)] = []byte{}
		answer(w, `{"uploadId":"%d","partSize":%d}`, e.begun, tinyPart)
	case "UploadLayerPart":
		e.part(w, id, m)
	case "CompleteLayerUpload":
		e.complete(w, id, digest.Digest(m["layerDigests"].([]any)[0].(string)))
	case "BatchCheckLayerAvailability":
		d := digest.Digest(m["layerDigests"].([]any)[0].(string))
		if size, ok := e.layers[d]; ok {
			answer(w, `{"layers":[{"layerDigest":%q,"layerAvailability":"AVAILABLE","layerSize":%d}]}`, d, size)
		} else {
			answer(w, `{}`)
		}
	default:
		refuse(w, http.StatusBadRequest, "InvalidParameterException", "")
	}
}

func (e *tiny) part(w http.ResponseWriter, id string, m map[string]any) {
	content, ok := e.uploads[id]
	if !ok {
		refuse(w, http.StatusBadRequest, "UploadNotFoundException", "")
		return
	}
	part, err := base64.StdEncoding.DecodeString(m["layerPartBlob"].(string))
	first, last := m["partFirstByte"].(float64), m["partLastByte"].(float64)
	if err != nil || int(first) != len(content) || int(last-first)+1 != len(part) {
		valid := ""
		if len(content) > 0 {
			valid = fmt.Sprintf(`,"lastValidByteReceived":%d`, len(content)-1)
		}
		refuse(w, http.StatusBadRequest, "InvalidLayerPartException", valid)
		return
	}
	e.uploads[id] = append(content, part...)
	e.spans = append(e.spans, fmt.Sprintf("%.0f-%.0f", first, last))
	e.received += len(part)
	answer(w, `{"lastByteReceived":%.0f}`, last)
}

func (e *tiny) complete(w http.ResponseWriter, id string, d digest.Digest) {
	content, ok := e.uploads[id]
	delete(e.uploads, id)
	switch _, there := e.layers[d]; {
	case !ok:
		refuse(w, http.StatusBadRequest, "UploadNotFoundException", "")
	case digest.FromBytes(content) != d:
		refuse(w, http.StatusBadRequest, "InvalidLayerException", "")
	case there:
		refuse(w, http.StatusBadRequest, "LayerAlreadyExistsException", "")
	default:
		e.layers[d] = len(content)
		answer(w, `{"layerDigest":%q}`, d)
	}
}
