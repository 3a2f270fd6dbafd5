package ecr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/transient"
)

func TestUploadSendsPartsInOrder(t *testing.T) {
	for _, size := range []int{1, tinyPart - 1, tinyPart, tinyPart + 1, 2 * tinyPart, 5*tinyPart + 7} {
		for _, known := range []bool{true, false} {
			for _, budget := range []int64{1, mib} { // of 1: one buffer only
				w, e := newTiny(t)
				layer := randomBytes(size)
				info := blobInfo(layer)
				if !known {
					info = Blob{Size: -1}
				}
				shared := chunked.NewBudget(budget)
				from := buffered(iotest.HalfReader(bytes.NewReader(layer)), shared)
				got, err := uploadFrom(t.Context(), w.destination(here).Destination, info, from)
				if want := blobInfo(layer); err != nil || got.Digest != want.Digest || got.Size != want.Size ||
					shared.Held() != 0 {
					t.Errorf("%d bytes, known %v: got %v, %v; %d bytes held", size, known, got, err, shared.Held())
				}
				var want []string
				for off := 0; off < size; off += tinyPart {
					want = append(want, fmt.Sprintf("%d-%d", off, min(off+tinyPart, size)-1))
				}
				if diff := cmp.Diff(want, e.seen().spans); diff != "" {
					t.Errorf("%d bytes, known %v: %s", size, known, diff)
				}
			}
		}
	}
}

func TestUploadReadsTheNextPartWhileOneIsSent(t *testing.T) {
	w, _ := newTiny(t)
	layer := randomBytes(2 * tinyPart)
	read := make(chan struct{})
	var once sync.Once
	stream := io.MultiReader(bytes.NewReader(layer[:2*tinyPart-1]), readerFunc(func([]byte) (int, error) {
		once.Do(func() { close(read) })
		return 0, io.EOF
	}), bytes.NewReader(layer[2*tinyPart-1:]))
	w.breakBy(func(operation string, _ http.ResponseWriter, r *http.Request) bool {
		if operation == "UploadLayerPart" {
			select {
			case <-read: // of the second part, before the first has been answered
			case <-r.Context().Done():
			}
		}
		return false
	})
	if _, err := w.destination(here).PutBlob(t.Context(), stream, blobInfo(layer)); err != nil {
		t.Error(err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestUploadChecksTheStream(t *testing.T) {
	w, e := newTiny(t)
	d := w.destination(here)
	layer := randomBytes(2500)
	for _, tt := range []struct {
		name   string
		stream io.Reader
		info   Blob
		want   string
	}{
		{"short", bytes.NewReader(layer[:2005]), blobInfo(layer), "ended after 2005 of 2500 bytes"},
		{"empty", strings.NewReader(""), blobInfo(layer), "ended after 0 of"},
		{"long", bytes.NewReader(append(layer[:len(layer):len(layer)], 1)), blobInfo(layer), "longer than 2500 bytes"},
		{"wrong", bytes.NewReader(randomBytes(2500)), blobInfo(layer), "digest mismatch"},
		{
			"wrong, size unknown", strings.NewReader("wrong"),
			Blob{Digest: blobInfo(layer).Digest, Size: -1},
			"digest mismatch",
		},
		{
			"broken", io.MultiReader(bytes.NewReader(layer[:2005]), iotest.ErrReader(errRead)), blobInfo(layer),
			errRead.Error(),
		},
		{
			"broken at its end", io.MultiReader(bytes.NewReader(layer), iotest.ErrReader(errRead)), blobInfo(layer),
			errRead.Error(),
		},
		{
			"truncated, nothing known", io.MultiReader(strings.NewReader("x"), iotest.ErrReader(io.ErrUnexpectedEOF)),
			Blob{Size: -1},
			"unexpected EOF",
		},
		{
			"lost, nothing known", io.MultiReader(strings.NewReader("x"), iotest.ErrReader(fmt.Errorf("GET: %w", io.EOF))),
			Blob{Size: -1},
			"GET: EOF",
		},
		{"no digest at all", strings.NewReader(""), Blob{Digest: "sha256:zz", Size: -1}, "invalid checksum digest"},
		{
			"another algorithm", strings.NewReader("x"),
			Blob{Digest: digest.SHA512.FromString("x"), Size: 1},
			"sha256 only",
		},
	} {
		_, err := d.PutBlob(t.Context(), tt.stream, tt.info)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	if len(e.seen().layers) != 0 {
		t.Errorf("%d uploads were completed", len(e.seen().layers))
	}
	w.checkBudget()
}

func TestUploadRefusesWhatIsTooLarge(t *testing.T) {
	w, e := newTiny(t)
	unread := readerFunc(func([]byte) (int, error) { t.Error("was read"); return 0, io.EOF })
	for image, most := range map[string]int64{here: 52_000 * mib, open: 10_000 * mib} {
		info := Blob{Digest: digest.Digest(sha[1:]), Size: most + 1}
		if _, err := w.destination(image).PutBlob(t.Context(), unread, info); !errors.Is(err, ErrLayerTooLarge) {
			t.Errorf("%s: got %v", image, err)
		}
	}
	if e.seen().begun != 0 {
		t.Errorf("%d uploads were begun", e.seen().begun)
	}
}

func TestLimitsChooseTheSizeOfParts(t *testing.T) {
	for _, tt := range []struct {
		limits            limits
		size, asked, want int64
	}{
		{privateLimits, -1, 10 * mib, 10 * mib},
		{privateLimits, -1, 30 * mib, 20 * mib},
		{privateLimits, mib, 10 * mib, 10 * mib},
		{privateLimits, 42_000 * mib, 10 * mib, 10 * mib},
		{privateLimits, 42_000*mib + 1, 10 * mib, 11 * mib},
		{privateLimits, 52_000 * mib, 10 * mib, 13 * mib},
		{privateLimits, 52_000 * mib, 5 * mib, 13 * mib},
		{publicLimits, -1, 20 * mib, 10 * mib},
		{publicLimits, 5_000 * mib, 5 * mib, 5 * mib},
		{publicLimits, 5_000*mib + 1, 5 * mib, 6 * mib},
		{publicLimits, 10_000 * mib, 5 * mib, 10 * mib},
	} {
		got := tt.limits.choosePartSize(tt.asked, tt.size)
		if got != tt.want || tt.size > got*tt.limits.parts || got > tt.limits.partSize {
			t.Errorf("%d bytes, asked for parts of %d: chose %d, want %d", tt.size, tt.asked, got, tt.want)
		}
	}
}

func TestUploadCountsPartsWhereTheSizeIsUnknown(t *testing.T) {
	for image, most := range map[string]int64{here: 4_200, open: 1_000} {
		w, e := newTiny(t)
		u := newUpload(w.destination(image).Destination, Blob{Size: -1})
		if err := u.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		endless := readerFunc(func(p []byte) (int, error) { return len(p), nil })
		parts := newPartSender(u, newBufferedParts(endless, -1, u.partSize, w.budget))
		parts.sent = most - 2
		if _, err := parts.sendAll(t.Context()); !errors.Is(err, ErrLayerTooLarge) || len(e.seen().spans) > 2 {
			t.Errorf("%s: %d parts were sent, got %v", image, len(e.seen().spans), err)
		}
		parts.close()
	}
}

func TestUploadOfALayerThatIsThere(t *testing.T) {
	w := newWorld(t)
	d := w.destination(here)
	info := w.put(d, []byte("layer"))
	// Somebody else was faster: LayerAlreadyExists.
	if _, err := uploadFrom(t.Context(), d.Destination, info,
		buffered(strings.NewReader("layer"), w.budget)); err != nil {
		t.Error(err)
	}
	if n := w.calls("CompleteLayerUpload"); n != 2 {
		t.Errorf("%d uploads completed", n)
	}
	w.put(w.destination(here), []byte("layer")) // asks first
	if n := w.calls("InitiateLayerUpload"); n != 2 {
		t.Errorf("%d uploads begun", n)
	}
}

// What ECR does with a part of no bytes is not documented; an upload copes with each way.
func TestUploadOfNoBytes(t *testing.T) {
	for _, tt := range []struct {
		name           string
		part, complete string // exceptions
		want           string // in the error
	}{
		{"takes an empty part", "", "", ""},
		{"needs no part", "InvalidLayerPartException", "", ""},
		{"refuses it for its last byte", "InvalidParameterException", "", ""},
		{"takes no empty blobs", "InvalidLayerPartException", "EmptyUploadException", "EmptyUploadException"},
		{"may not be written to", "AccessDeniedException", "", "AccessDeniedException"},
	} {
		for _, size := range []int64{0, -1} {
			w := newScript(t, func(operation string, w http.ResponseWriter, _ *http.Request) bool {
				switch {
				case operation == "BatchCheckLayerAvailability":
					return answer(w, `{}`)
				case operation == "InitiateLayerUpload":
					return answer(w, `{"uploadId":"u","partSize":10485760}`)
				case operation == "UploadLayerPart" && tt.part != "":
					return refuse(w, http.StatusBadRequest, tt.part, "")
				case operation == "CompleteLayerUpload" && tt.complete != "":
					return refuse(w, http.StatusBadRequest, tt.complete, "")
				}
				return answer(w, `{"layerDigest":%q}`, sha[1:])
			})
			info := Blob{Digest: digest.Digest(sha[1:]), Size: size}
			got, err := w.destination(here).PutBlob(t.Context(), strings.NewReader(""), info)
			if tt.want == "" && (err != nil || got.Size != 0) || tt.want != "" &&
				(err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%s, size %d: got %v, %v", tt.name, size, got, err)
			}
		}
	}
}

func TestUploadStopsWithItsContext(t *testing.T) {
	w, _ := newTiny(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.breakBy(func(operation string, _ http.ResponseWriter, r *http.Request) bool {
		if operation == "UploadLayerPart" {
			members(r) // the whole body, for the server notices that the client left only then
			cancel()
			<-r.Context().Done()
		}
		return false
	})
	layer := randomBytes(1200)
	_, err := w.destination(here).PutBlob(ctx, bytes.NewReader(layer), blobInfo(layer))
	if !errors.Is(err, context.Canceled) || transient.Is(err) {
		t.Errorf("got %v", err)
	}
	w.checkBudget()
}

func TestUploadBelievesNoNonsense(t *testing.T) {
	info := blobInfo([]byte("layer"))
	for name, f := range map[string]fault{
		"no upload id": func(_ string, w http.ResponseWriter, _ *http.Request) bool {
			return answer(w, `{"partSize":10}`)
		},
		"no part size": func(_ string, w http.ResponseWriter, _ *http.Request) bool {
			return answer(w, `{"uploadId":"u"}`)
		},
		"another layer": func(operation string, w http.ResponseWriter, _ *http.Request) bool {
			if operation == "InitiateLayerUpload" {
				return answer(w, `{"uploadId":"u","partSize":10485760}`)
			}
			return answer(w, `{"layerDigest":%q}`, sha[1:])
		},
	} {
		w := newScript(t, f)
		if _, err := uploadFrom(t.Context(), w.destination(here).Destination, info,
			buffered(strings.NewReader("layer"), w.budget)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// uploadFrom uploads a blob of which nobody asks whether it is there.
func uploadFrom(ctx context.Context, d *Destination, blob Blob, from func(*upload) partSource) (Blob, error) {
	u := newUpload(d, blob)
	if err := u.start(ctx); err != nil {
		return Blob{}, err
	}
	return u.put(ctx, from(u))
}

// buffered returns the parts of a stream in buffers.
func buffered(stream io.Reader, budget *chunked.Budget) func(*upload) partSource {
	return func(u *upload) partSource { return newBufferedParts(stream, u.blob.Size, u.partSize, budget) }
}
