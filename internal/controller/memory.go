package controller

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/schedule"
)

const (
	// remembered is how many answers are kept from one wave to the next, each in about 100 bytes; and
	// rememberedErrors how many of those that are more, up to some kilobytes each.
	remembered       = 1 << 18
	rememberedErrors = 1 << 12
	// fresh is how long an answer is good for other entries, too. Of a slow host it is for the whole run.
	fresh = 5 * time.Minute
)

// answer is what is known of an image.
type answer struct {
	known  bool
	asked  time.Time     // when it was asked for; zero = it was not
	digest digest.Digest // that it has; "" if it does not exist
	size   int64
	err    error
}

// A memory keeps the answers of one run, so that an image that entries of several waves name is
// looked up once. A failure is remembered too: what has just failed is not asked again. When it
// is full it forgets. Images in Amazon ECR are not kept: those of a repository are looked
// up together, and the same again would hardly take fewer calls.
type memory struct {
	hosts *schedule.Hosts
	clock func() time.Time

	mu    sync.Mutex
	kept  map[key]brief
	whole map[key]answer // those that are not brief
}

// A key stands for an image name, or for what is left of an image.
type key [16]byte

// keyOf returns the key of what is left of an image by a filter; by the zero filter that of the image.
func keyOf(name imagename.Name, filter platforms.Filter) (k key) {
	text := name.String()
	if !filter.IsZero() {
		text += " " + filter.String() // no name has a blank
	}
	sum := sha256.Sum256([]byte(text))
	copy(k[:], sum[:])
	return k
}

// brief is an answer that is a SHA-256 digest, which nearly all are, without pointers.
type brief struct {
	sum   [sha256.Size]byte
	size  int64
	asked int64 // Unix time in nanoseconds
}

func newMemory(hosts *schedule.Hosts, clock func() time.Time) *memory {
	return &memory{hosts: hosts, clock: clock, kept: map[key]brief{}, whole: map[key]answer{}}
}

// recall returns what is known of an image, or of what is left of it by a filter, as far as that is fresh.
func (m *memory) recall(name imagename.Name, filter platforms.Filter) answer {
	if name.Kind == imagename.ECR && filter.IsZero() {
		return answer{}
	}
	a := m.find(keyOf(name, filter))
	if a.known && m.clock().Sub(a.asked) > fresh && !m.hosts.Slow(name.Host) {
		return answer{}
	}
	return a
}

func (m *memory) find(k key) answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b, ok := m.kept[k]; ok {
		d := digest.NewDigestFromEncoded(digest.SHA256, hex.EncodeToString(b.sum[:]))
		return answer{known: true, asked: time.Unix(0, b.asked), digest: d, size: b.size}
	}
	return m.whole[k]
}

func (m *memory) keep(name imagename.Name, filter platforms.Filter, a answer) {
	if name.Kind == imagename.ECR && filter.IsZero() {
		return
	}
	k := keyOf(name, filter)
	b := brief{size: a.size, asked: a.asked.UnixNano()}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.kept) >= remembered {
		clear(m.kept)
	}
	if len(m.whole) >= rememberedErrors {
		clear(m.whole)
	}
	delete(m.kept, k)
	delete(m.whole, k)
	if a.err == nil && a.digest.Validate() == nil && a.digest.Algorithm() == digest.SHA256 {
		if _, err := hex.Decode(b.sum[:], []byte(a.digest.Encoded())); err == nil {
			m.kept[k] = b
			return
		}
	}
	m.whole[k] = a
}
