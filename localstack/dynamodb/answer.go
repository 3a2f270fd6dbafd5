package dynamodb

import (
	"bytes"
	"encoding/json"
	"hash/crc32"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// An answer is the engine's reply, or one of this package's, kept until it is whole.
// It is an http.ResponseWriter.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: http.Header{}, status: http.StatusOK} }

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *answer) ok() bool { return a.status == http.StatusOK }

// known tells whether the engine knew the operation: it refuses others in plain text.
func (a *answer) known() bool {
	return a.ok() || strings.HasPrefix(a.header.Get("Content-Type"), "application/x-amz-json")
}

// seal adds the checksum that DynamoDB sends and its clients check.
func (a *answer) seal() {
	a.header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(a.body.Bytes())), 10))
}

func (a *answer) writeTo(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body.Bytes()) // an error means the client is gone
}

// change decodes the body, lets f change it, and encodes it again.
func change(body []byte, f func(map[string]any)) ([]byte, error) {
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	if m == nil {
		m = map[string]any{}
	}
	f(m)
	return json.Marshal(m)
}
