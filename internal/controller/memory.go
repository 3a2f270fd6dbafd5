package controller

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
)

// remembered is how many answers are kept from one wave to the next, each in about 100 bytes.
const remembered = 1 << 18

// A memory keeps the answers of one run, so that an image that entries of several waves name is
// looked up once. A failure is remembered too: what has just failed is not asked again. When it
// is full it forgets everything. Images in Amazon ECR are not kept: those of a repository are looked
// up together, and the same again would hardly take fewer calls.
type memory struct {
	mu    sync.Mutex
	kept  map[key]brief
	whole map[key]answer // those that are not brief
}

// A key stands for an image name.
type key [16]byte

func keyOf(name imagename.Name) (k key) {
	sum := sha256.Sum256([]byte(name.String()))
	copy(k[:], sum[:])
	return k
}

// brief is an answer that is a SHA-256 digest, which nearly all are, without pointers.
type brief struct {
	sum  [sha256.Size]byte
	size int64
}

func newMemory() *memory { return &memory{kept: map[key]brief{}, whole: map[key]answer{}} }

func (m *memory) recall(name imagename.Name) (answer, bool) {
	if name.Kind == imagename.ECR {
		return answer{}, false
	}
	k := keyOf(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	if b, ok := m.kept[k]; ok {
		return answer{digest: digest.NewDigestFromEncoded(digest.SHA256, hex.EncodeToString(b.sum[:])), size: b.size}, true
	}
	a, ok := m.whole[k]
	return a, ok
}

func (m *memory) keep(name imagename.Name, a answer) {
	if name.Kind == imagename.ECR {
		return
	}
	k := keyOf(name)
	b := brief{size: a.size}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.kept)+len(m.whole) >= remembered {
		clear(m.kept)
		clear(m.whole)
	}
	if a.err == nil && a.digest.Validate() == nil && a.digest.Algorithm() == digest.SHA256 {
		if _, err := hex.Decode(b.sum[:], []byte(a.digest.Encoded())); err == nil {
			m.kept[k] = b
			return
		}
	}
	m.whole[k] = a
}
