package awsjson_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/awsjson"
)

// upload is a request with a blob, as encoding/json knows it.
type upload struct {
	Name  string
	First *int
	Blob  []byte `json:"blob"`
	Other struct {
		Blob []byte `json:"blob"`
	}
}

// readBlob returns a copy of what a BlobReader makes of a document.
func readBlob(reader *awsjson.BlobReader, document string) (upload, error) {
	var in, out upload
	err := reader.Read(request("", document), 1<<20, &in, "blob", &in.Blob, func() error {
		out = in
		if in.Blob != nil {
			out.Blob = append([]byte{}, in.Blob...)
		}
		return nil
	})
	return out, err
}

var documents = []string{
	`{"blob":"AQID","Name":"a","First":0}`, `{"First":0,"Name":"a","blob":"AQIDBA=="}`, "{ \"blob\" \n:\t\"AQ==\" }",
	`{"blob":""}`, `{"blob":null}`, `{}`, ``, `{"Name":"blob"}`, `{"Name":"blob","blob":"AQID"}`,
	`{"Name":"\"blob\":\"AQID\""}`,
	`{"Name":"\"blob","blob":"AQID"}`, `{"Other":{"blob":"AQID"}}`, `{"Other":{"blob":"AQID"},"blob":"BAUG"}`,
	`{"blob":"AQID","Other":{"blob":"BAUG"}}`, `{"blob":"AQID","blob":"BAUG"}`, `{"blob":"AQID","blob":""}`,
	`{"blob":"AQID","BLOB":""}`,
	`{"BLOB":"AQID"}`, `{"blob":"\u0041QID"}`, `{"blob":"AQ\/="}`, "{\"blob\":\"AQ\nID\"}", "{\"blob\":\"AQ\r\nID\"}",
	`{"blob":"AQ"}`,
	`{"blob":"*"}`, `{"blob":"AQID`, `{"blob":"AQID"`, `{"blob":"AQID"}}`, `{"blob":1}`, `{"blob"`, `{"blob":`,
	`"blob":"AQID"`, `["blob:","AQID"]`,
}

func TestBlobsAreReadAsJSONIs(t *testing.T) {
	var reader awsjson.BlobReader
	for _, document := range documents {
		sameAsJSON(t, &reader, document)
		sameAsJSON(t, new(awsjson.BlobReader), document)
	}
	// Blobs of several pieces, with padding at the end of the last and of the first.
	for _, size := range []int{0, 1, 2, 3} {
		sameAsJSON(t, &reader, `{"blob":"`+base64.StdEncoding.EncodeToString(make([]byte, 100_000+size))+`"}`)
	}
	sameAsJSON(t, &reader, `{"blob":"`+strings.Repeat("AQID", 16<<10-1)+`AQ==AQID"}`)
	large := strings.Repeat("x", 1<<20)
	if _, err := readBlob(&reader, `{"blob":"`+large+`"}`); err == nil ||
		awsjson.ErrorOf(err).Code != "RequestEntityTooLargeException" {
		t.Errorf("large: %v", err)
	}
}

func sameAsJSON(t *testing.T, reader *awsjson.BlobReader, document string) {
	t.Helper()
	var want upload
	var wantErr error
	if document != "" {
		wantErr = json.Unmarshal([]byte(document), &want)
	}
	got, err := readBlob(reader, document)
	if (err == nil) != (wantErr == nil) || err != nil && awsjson.ErrorOf(err).Code != "SerializationException" {
		t.Errorf("%q: got %v, want %v", document, err, wantErr)
	}
	if diff := cmp.Diff(want, got); err == nil && diff != "" {
		t.Errorf("%q (-want +got):\n%s", document, diff)
	}
}

func FuzzBlobReader(f *testing.F) {
	for _, document := range documents {
		f.Add(document)
	}
	var reader awsjson.BlobReader
	f.Fuzz(func(t *testing.T, document string) { sameAsJSON(t, &reader, document) })
}

// BenchmarkBlob compares the ways to read a part of 10 MiB.
func BenchmarkBlob(b *testing.B) {
	part := make([]byte, 10<<20)
	document := `{"blob":"` + base64.StdEncoding.EncodeToString(part) + `","Name":"a","First":0}`
	var reader awsjson.BlobReader
	for name, read := range map[string]func(*upload) error{
		"BlobReader": func(in *upload) error {
			return reader.Read(request("", document), 1<<25, in, "blob", &in.Blob, func() error { return nil })
		},
		"Read": func(in *upload) error { return awsjson.Read(request("", document), 1<<25, in) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(part)))
			b.ReportAllocs()
			for b.Loop() {
				var in upload
				if err := read(&in); err != nil || len(in.Blob) != len(part) {
					b.Fatal(err)
				}
			}
		})
	}
}
