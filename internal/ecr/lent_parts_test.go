package ecr

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Parts that are borrowed are those that would be read.
func TestLentPartsAreTheStreamsParts(t *testing.T) {
	for _, size := range []int{0, 1, tinyPart - 1, tinyPart, tinyPart + 1, 2 * tinyPart, 5*tinyPart + 7} {
		for _, piece := range []int{1, 7, 333, tinyPart, 4096} {
			for _, known := range []bool{true, false} {
				w, e := newTiny(t)
				layer := randomBytes(size)
				info := blobInfo(layer)
				if !known {
					info.Size = -1
				}
				lent := lend(layer, piece, 0)
				if size == 0 { // the tiny ECR has no place for parts of no bytes
					parts := &lentParts{blob: info, partSize: tinyPart, stream: lent}
					if p, err := parts.gather(0); err != nil || !p.last || p.data.size() != 0 {
						t.Errorf("no bytes: %+v, %v", p, err)
					}
					continue
				}
				got, err := uploadFrom(t.Context(), w.destination(here).Destination, info,
					func(u *upload) partSource { return u.lent(lent) })
				if err != nil || got.Digest != info.Digest || got.Size != int64(size) ||
					e.seen().layers[info.Digest] != size {
					t.Errorf("%d bytes in pieces of %d: got %v, %v", size, piece, got, err)
				}
				var want []string
				for off := 0; off < size; off += tinyPart {
					want = append(want, fmt.Sprintf("%d-%d", off, min(off+tinyPart, size)-1))
				}
				if diff := cmp.Diff(want, e.seen().spans); diff != "" {
					t.Errorf("%d bytes in pieces of %d: %s", size, piece, diff)
				}
				lent.check(t)
				w.checkBudget()
			}
		}
	}
}

func TestLentPartsChecksTheStream(t *testing.T) {
	layer := randomBytes(2500)
	for name, change := range map[string]func(*lender){
		"short":             func(l *lender) { l.content = l.content[:2005] },
		"empty":             func(l *lender) { l.content = nil },
		"long":              func(l *lender) { l.content = append(l.content[:2500:2500], 1) },
		"broken":            func(l *lender) { l.content, l.end = l.content[:2005], errRead },
		"broken at its end": func(l *lender) { l.end = errRead },
		"lost":              func(l *lender) { l.content, l.end = l.content[:2005], fmt.Errorf("GET: %w", io.EOF) },
	} {
		w, e := newTiny(t)
		lent := lend(layer, 400, 0)
		change(lent)
		if err := w.destination(here).PutLent(t.Context(), lent, blobInfo(layer)); err == nil ||
			len(e.seen().layers) != 0 {
			t.Errorf("%s: %v, %d layers", name, err, len(e.seen().layers))
		}
		lent.check(t)
	}
}

// Sending goes on inside of a piece, or between two.
func TestLentPartsGoOnWhereECRSaysThatItIs(t *testing.T) {
	for _, piece := range []int{30, 100, 333, 1200} {
		for _, has := range []int{1000, 1001, 1099, 1100, 1101, 1199, 1200} {
			layer := randomBytes(2400)
			w, e := newTiny(t)
			var once sync.Once
			w.breakBy(func(operation string, rw http.ResponseWriter, r *http.Request) (broken bool) {
				if operation == "UploadLayerPart" && members(r)["partFirstByte"] == float64(tinyPart) {
					once.Do(func() {
						e.resume("1", layer[:has:has])
						broken = refuse(rw, http.StatusBadRequest, "InvalidLayerPartException",
							fmt.Sprintf(`,"lastValidByteReceived":%d`, has-1))
					})
				}
				return broken
			})
			lent := lend(layer, piece, 0)
			if err := w.destination(here).PutLent(t.Context(), lent, blobInfo(layer)); err != nil {
				t.Errorf("pieces of %d, %d bytes there: %v", piece, has, err)
			}
			if e.seen().layers[blobInfo(layer).Digest] != len(layer) || e.seen().received != len(layer)-(has-1000) {
				t.Errorf("pieces of %d, %d bytes there: %d bytes were received", piece, has, e.seen().received)
			}
			lent.check(t)
		}
	}
}

// The next part is made ready while one is sent, for an upload that ECR forgets meanwhile.
func TestLentPartsOfAnUploadThatIsBegunAgain(t *testing.T) {
	layer := randomBytes(4*tinyPart + 7)
	w, e := newTiny(t)
	lent := lend(layer, 333, 0)
	var once sync.Once
	w.breakBy(func(operation string, rw http.ResponseWriter, r *http.Request) (broken bool) {
		if operation == "UploadLayerPart" && members(r)["partFirstByte"] == 0.0 {
			once.Do(func() {
				for ahead := false; !ahead; { // the third part is being gathered
					lent.mu.Lock()
					ahead = lent.off > 2*tinyPart
					lent.mu.Unlock()
				}
				e.resume("1", nil)
				broken = refuse(rw, http.StatusBadRequest, "UploadNotFoundException", "")
			})
		}
		return broken
	})
	if err := w.destination(here).PutLent(t.Context(), lent, blobInfo(layer)); err != nil {
		t.Error(err)
	}
	if e.seen().begun != 2 || e.seen().received != len(layer) || len(e.seen().spans) != 5 {
		t.Errorf("%d uploads begun, %d bytes received in %v", e.seen().begun, e.seen().received, e.seen().spans)
	}
	lent.check(t)
}

func TestLentPartsOutliveLostReplies(t *testing.T) {
	for _, image := range []string{here, open} {
		for _, operation := range []string{"InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"} {
			for memory := range 4 {
				w, e := newTiny(t)
				var lost atomic.Int32
				w.loseReplies(func(o string) bool { return o == operation && lost.Add(1)%2 == 1 })
				layer := randomBytes(5*tinyPart + 7)
				lent := lend(layer, 100, memory*tinyPart)
				if err := w.destination(image).PutLent(t.Context(), lent, blobInfo(layer)); err != nil {
					t.Errorf("%s, %s, memory for %d parts: %v", image, operation, memory, err)
				}
				if e.seen().received != len(layer) || e.seen().layers[blobInfo(layer).Digest] != len(layer) {
					t.Errorf("%s, %s: %d bytes arrived for %d", image, operation, e.seen().received, len(layer))
				}
				lent.check(t)
			}
		}
	}
}

// A part fails while the next waits for its turn, and the one after that for their memory.
func TestFailedPartLetsGoOfTheMemoryThatOthersWaitFor(t *testing.T) {
	for fails := range 5 {
		for memory := 1; memory < 4; memory++ {
			w, _ := newTiny(t)
			layer := randomBytes(5 * tinyPart)
			lent := lend(layer, 100, memory*tinyPart)
			w.breakBy(func(operation string, rw http.ResponseWriter, r *http.Request) bool {
				if operation != "UploadLayerPart" || members(r)["partFirstByte"] != float64(fails*tinyPart) {
					return false
				}
				for full := false; !full; {
					lent.mu.Lock()
					full = lent.out >= lent.memory || lent.off == len(layer)
					lent.mu.Unlock()
				}
				return refuse(rw, http.StatusForbidden, "AccessDeniedException", "")
			})
			err := w.destination(here).PutLent(t.Context(), lent, blobInfo(layer))
			if errorCode(err) != "AccessDeniedException" {
				t.Errorf("part %d fails, memory for %d: got %v", fails, memory, err)
			}
			lent.check(t)
		}
	}
}

// An answer may come before all of the part was sent. Once the call is over nobody looks at the part's
// memory: the race detector watches, for released pieces are spoiled.
func TestLentMemoryIsNotReadAfterAnEarlyAnswer(t *testing.T) {
	for range 20 {
		w := newScript(t, func(operation string, rw http.ResponseWriter, r *http.Request) bool {
			switch operation {
			case "BatchCheckLayerAvailability":
				return answer(rw, `{}`)
			case "InitiateLayerUpload":
				return answer(rw, `{"uploadId":"u","partSize":10485760}`)
			}
			_, _ = io.CopyN(io.Discard, r.Body, rand.Int64N(3*mib))
			return refuse(rw, http.StatusBadRequest, "InvalidParameterException", "")
		})
		layer := make([]byte, 3*mib)
		lent := lend(layer, mib/4, 0)
		if err := w.destination(here).PutLent(t.Context(), lent, blobInfo(layer)); err == nil {
			t.Error("no error")
		}
		lent.check(t)
	}
}

// However large the parts that ECR asks for: no more is borrowed than the lender was told.
func TestLentPartsAreNoLargerThanWasSaid(t *testing.T) {
	for _, asked := range []int64{5 * mib, 10 * mib, 20 * mib, 1 << 40} {
		layer := make([]byte, 25*mib)
		lent := lend(layer, mib, 0)
		var largest atomic.Int64
		w := newScript(t, func(operation string, rw http.ResponseWriter, r *http.Request) bool {
			switch operation {
			case "InitiateLayerUpload":
				return answer(rw, `{"uploadId":"u","partSize":%d}`, asked)
			case "UploadLayerPart":
				largest.Store(max(largest.Load(), r.ContentLength*3/4))
				_, _ = io.Copy(io.Discard, r.Body)
				return answer(rw, `{}`)
			case "CompleteLayerUpload":
				return answer(rw, `{"layerDigest":%q}`, blobInfo(layer).Digest)
			}
			return answer(rw, `{}`)
		})
		d := w.destination(here)
		if err := d.PutLent(t.Context(), lent, blobInfo(layer)); err != nil {
			t.Error(err)
		}
		if most := d.PartSize(int64(len(layer))); largest.Load() > most+1000 {
			t.Errorf("ECR asks for parts of %d: %d bytes sent at a time, want at most %d", asked, largest.Load(), most)
		}
	}
}

func TestPartSizeIsNeverNonsense(t *testing.T) {
	w, _ := newTiny(t)
	for _, image := range []string{here, open} {
		d := w.destination(image)
		for _, size := range []int64{-1 << 63, -1, 0, 1, 1 << 40, 1<<63 - 1} {
			if got := d.PartSize(size); got <= 0 || got > d.limits.partSize {
				t.Errorf("%s, blob of %d: %d", image, size, got)
			}
		}
	}
}
